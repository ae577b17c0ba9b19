"""Who left the pool before any letter reached him is not asked, and who was out of it while he should have
answered is not 未答复: his draw stops, as it does for a turn that the office took from somebody
(docs/decisions/0097, 0112, 0144)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.crypto import DecryptionError
from expertpool.draws.enums import DrawKind, DrawStatus, ExclusionReason, InvitationState
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.clock import (
    closing_of,
    letters_wait_until,
    pause_of,
    time_to_reply,
)
from expertpool.draws.queries.conflicts import gone_among
from expertpool.draws.queries.identity import experts_behind
from expertpool.draws.services.pool_pauses import HandsIn, hands_in, stop_for_supervisor
from expertpool.draws.services.turns import Lost
from expertpool.draws.services.written import write_lines
from expertpool.experts.enums import STATUS_MOVES, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus

# By these somebody comes back to the pool.
BACK = [code for code, move in STATUS_MOVES.items() if ExpertStatus.FORMAL in move.ends]
REASON: dict[str, ExclusionReason] = {
    ExpertStatus.DELETED: ExclusionReason.DELETED,
    ExpertStatus.BLACKLISTED: ExclusionReason.BLACKLISTED,
}


def draws_to_stop(*, now: datetime) -> list[int]:
    """Return the random draws in which a letter could go out now to somebody who has left the pool: not
    those that are paused, nor in quiet hours."""
    paused = DrawPause.objects.filter(draw=OuterRef("draw"), resumed_at__isnull=True)
    rows = _unreached().filter(
        ~Exists(paused), draw__kind=DrawKind.RANDOM, draw__status=DrawStatus.INVITING
    )
    rows = rows.exclude(draw__projects__status=ProjectStatus.ARCHIVED)
    waiting: dict[int, list[Invitation]] = defaultdict(list)
    for row in rows.select_related("draw__project"):
        waiting[row.draw_id].append(row)
    return [
        pk for pk, lines in waiting.items() if _letters_go(lines[0], now) and _is_left(lines, now)
    ]


def _is_left(lines: Sequence[Invitation], now: datetime) -> bool:
    try:
        return bool(
            gone_among(Invitation.objects.filter(pk__in=[row.pk for row in lines]), now=now)
        )
    except DecryptionError:
        return False  # rows that somebody altered: told by an alarm, and no reason to stop another draw


@transaction.atomic
def stop_for_leavers(*, draw_id: int, now: datetime) -> bool:
    """Stop a draw that is to ask somebody who has left the pool, until a supervisor has looked; True
    if it was. Who is back by then is asked, otherwise his seat goes to the next of the order."""
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    lines = {row.pk: row for row in _unreached().filter(draw=draw)}
    if draw.status != DrawStatus.INVITING or pause_of(draw) or not lines:
        return False
    gone = gone_among(_unreached().filter(draw=draw), now=now)
    lost = {lines[line].commit: _lost(*found) for line, found in gone.items()}
    hands = hands_in(draw, lost, turns=len(lines), now=now)
    if not hands.fresh:
        return False
    stop_for_supervisor(draw, hands, now=now)
    return True


def kept_from_answering(draw: Draw, *, now: datetime) -> HandsIn:
    """Tell who of a random draw has not answered in time, and was out of the pool for all or some of it:
    meanwhile he could not agree. The caller holds the draw's row lock."""
    due = Invitation.objects.filter(
        draw=draw,
        state=InvitationState.INVITED,
        reached_at__isnull=False,
        deadline_at__lte=now,
    )
    lines = list(due) if draw.is_random else []
    lost = _kept(lines, due, now) if lines else {}
    return hands_in(draw, lost, turns=len(lines), now=now)


def stop_for_kept(draw: Draw, hands: HandsIn, *, now: datetime) -> None:
    """Stop ``draw`` for whom the office kept from answering, until a supervisor has looked: who is back by
    then has his time anew, another loses his seat in the open. The caller holds the row lock."""
    rows = Invitation.objects.filter(draw=draw, commit__in=hands.fresh)
    for row in rows:
        row.draw = draw
        write_lines([row], time_left=time_to_reply(row), deadline_at=closing_of(row))
    rows.update(reminded_at=None)  # by which he hears until when he can answer now
    stop_for_supervisor(draw, hands, now=now)


def _kept(lines: Sequence[Invitation], due: QuerySet[Invitation], now: datetime) -> dict[str, Lost]:
    """Return those of the ``lines`` (by commitment; ``due`` are the same) who are out now, and those who came
    back, by the log, since their time began."""
    gone, who = gone_among(due, now=now), experts_behind(due)
    experts = Expert.objects.filter(pk__in=set(who.values())).order_by()
    # What happened to the record that stays happened to him, too.
    merged = dict(experts.exclude(merged_into=None).values_list("pk", "merged_into"))
    moves = entries_for((Expert, {*who.values(), *merged.values()})).filter(
        action__in=BACK, at__gte=min(row.reached_at for row in lines if row.reached_at)
    )
    back: dict[int, datetime] = {}
    for entry in proven(moves):  # the newest first
        back.setdefault(int(entry.subject_id), entry.at)
    found = {row.commit: _lost(*gone[row.pk]) for row in lines if row.pk in gone}
    for row in lines:
        records = {who[row.pk], merged.get(who[row.pk])}
        times = [at for pk, at in back.items() if pk in records]
        if row.reached_at and times and max(times) >= row.reached_at:
            found.setdefault(row.commit, _lost(who[row.pk]))
    return found


def _lost(expert_id: int, status: str = ExpertStatus.FROZEN) -> Lost:
    return Lost(expert_id, REASON.get(status, ExclusionReason.NOT_FORMAL))


def _unreached() -> QuerySet[Invitation]:
    return Invitation.objects.filter(state=InvitationState.INVITED, reached_at__isnull=True)


def _letters_go(invitation: Invitation, now: datetime) -> bool:
    closing = closing_of(invitation)
    return now < closing and not letters_wait_until(invitation.draw, now=now, closing=closing)
