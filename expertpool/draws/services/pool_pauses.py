"""A turn that a hand of the office takes from somebody stops the draw until a supervisor has looked
(docs/decisions/0112).

Nobody who may not sit is seated for it: nothing is written of him yet. Where his record is restored
he takes his turn when the draw goes on, otherwise he loses it then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from expertpool.audit.services import record
from expertpool.draws.enums import NoteCode, StepReason
from expertpool.draws.models import Draw, DrawPause
from expertpool.draws.occasions import POOL_CHANGED, POOL_EMPTIED, POOL_STOPPED
from expertpool.draws.queries.clock import is_vouched_pause, pause_of, proof_of_pause
from expertpool.draws.queries.pool_changes import (
    PoolChanges,
    changes_in_words,
    emptied_in_words,
    kinds_in_words,
    told_of,
)
from expertpool.draws.services.hands import by_system
from expertpool.draws.services.pauses import finish_pause
from expertpool.draws.services.pausing import stop_clocks
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.telling import WATCHERS, staff_of, tell_staff
from expertpool.draws.services.turns import Lost


@dataclass(frozen=True)
class HandsIn:
    """Which of the ``lost`` (by commitment) are so ``by_hand`` of the office, and which of these no
    supervisor has looked at yet (``fresh``)."""

    lost: Mapping[str, Lost]
    by_hand: frozenset[str]
    fresh: frozenset[str]
    changes: PoolChanges


def hands_in(draw: Draw, lost: Mapping[str, Lost], *, turns: int, now: datetime) -> HandsIn:
    """Tell by whose doing the candidates ``lost`` cannot be seated, of as many ``turns`` as came."""
    changes = PoolChanges(draw, {one.expert_id: one.reason for one in lost.values()}, now)
    hands, chance = changes.by_hand(), changes.by_chance()
    by_hand = {commit for commit, one in lost.items() if one.expert_id in hands}
    by_chance = {commit for commit, one in lost.items() if one.expert_id in chance}
    seen = _looked_at(draw) if by_hand or by_chance else {}
    # Once looked at, it is no chance any more, nor counted anew.
    by_hand |= by_chance & seen.keys()
    if is_more_than_chance(len(by_chance - seen.keys()), turns):
        by_hand |= by_chance
    fresh = frozenset(
        commit
        for commit in by_hand
        if commit not in seen
        or any(
            one.expert_id == lost[commit].expert_id and one.at > seen[commit]
            for one in changes.touching
        )
    )
    return HandsIn(lost, frozenset(by_hand), fresh, changes)


def is_more_than_chance(lost: int, turns: int) -> bool:
    """Tell whether so many of ``turns`` were ``lost`` to other draws or to time that a person looks at it:
    one is nothing, more than a third of them is."""
    return lost >= 2 and 3 * lost > turns


def _looked_at(draw: Draw) -> dict[str, datetime]:
    """Return when a supervisor let ``draw`` go on without whom, as far as this system wrote it. What is changed of
    one afterwards is a change anew."""
    pauses = DrawPause.objects.filter(draw=draw, resumed_by__isnull=False).exclude(lost=[])
    return {
        commit: pause.resumed_at
        for pause in pauses.select_related("draw", "resumed_by").order_by("pk")
        if is_vouched_pause(pause)
        for commit in pause.lost
        if pause.resumed_at
    }


def stop_for_supervisor(draw: Draw, hands: HandsIn, *, now: datetime) -> DrawPause:
    """Pause ``draw`` for what is fresh in ``hands``, and tell all who supervise it. One that somebody
    paused already waits for them, too. Its operator is told that it stands, and no more. The caller
    holds the draw's row lock."""
    lost = {hands.lost[commit].expert_id: hands.lost[commit].reason for commit in hands.fresh}
    changes = hands.changes.changes(lost)
    pause = pause_of(draw)
    if pause and pause.lost and not is_vouched_pause(pause):  # somebody else wrote for whom
        finish_pause(pause, by=None, now=now)
        pause = None
    pause = pause or DrawPause(draw=draw, paused_at=now)
    pause.lost = sorted({*pause.lost, *hands.fresh})
    pause.told = told_of(lost, changes)
    if not pause.reason:
        pause.reason = str(StepReason.POOL_CHANGED.label)
    pause.proof = proof_of_pause(pause)
    pause.save()
    stopped = stop_clocks(draw, now=now)
    head = write_note(draw, NoteCode.PAUSED, hand=by_system(StepReason.POOL_CHANGED), now=now)
    record(
        "draw.pool_changed",
        actor=None,
        now=now,
        subject=draw,
        after={"停止计时的邀请": stopped} | at_head(head),
        note="由系统暂停，等待监督人核对后恢复",
    )
    _tell(pause, {one.user_id for one in changes}, now=now)
    return pause


def _tell(pause: DrawPause, changers: Iterable[int], *, now: datetime) -> None:
    draw = pause.draw
    named = {"抽取编号": draw.number, "项目名称": draw.title}
    more = {
        "人数": str(pause.told["count"]),
        "改动种类": kinds_in_words(pause.told),
        "改动": changes_in_words(pause.told),
    }
    users = staff_of(draw, *WATCHERS, but=[draw.operator_id, *changers])
    # A pause that was one already is told of, too: by when.
    at = f"{pause.pk}:{now:%Y%m%d%H%M%S}"
    tell_staff(
        POOL_CHANGED, users, about=draw, context=named | more, key=f"pool-changed:{at}", now=now
    )
    tell_staff(
        POOL_STOPPED, [draw.operator], about=draw, context=named, key=f"pool-stopped:{at}", now=now
    )


def tell_emptied(draw: Draw, *, now: datetime) -> None:
    """Tell all who supervise ``draw`` that much of the pool was taken out of it by one hand before."""
    if words := emptied_in_words(now):
        context = {"抽取编号": draw.number, "项目名称": draw.title, "改动": words}
        users = staff_of(draw, *WATCHERS)
        tell_staff(
            POOL_EMPTIED, users, about=draw, context=context, key=f"pool-emptied:{draw.pk}", now=now
        )
