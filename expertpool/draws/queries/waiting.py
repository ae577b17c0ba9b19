"""Which draws keep their names sealed though their time has come: somebody has still to answer
(docs/decisions/0138).

For lists the database says it. Whatever opens names asks what this system wrote: else a state, a deadline or
an opening that somebody writes for a minute opened them before the answers (docs/decisions/0173).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import cache

from django.db.models import Exists, OuterRef, Q

from expertpool.audit.services import is_rewritten
from expertpool.draws.enums import DrawKind, DrawStatus, InvitationState
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.clock import open_pauses
from expertpool.draws.queries.draws import sitting_by
from expertpool.draws.queries.outage import off_since
from expertpool.draws.queries.reveal import proven_opening
from expertpool.draws.queries.written import READ, is_written


def waiting_for_answers(now: datetime) -> Q:
    """Return which draws keep their names sealed at ``now``, as their rows say: somebody has
    still time to answer, was not reached or is held back (then his deadline is when the panel sits), or
    the draw is paused; until the panel sits. Whom persons chose is no secret."""
    of = {"draw": OuterRef("pk")}
    asked = Invitation.objects.filter(state=InvitationState.INVITED, **of)
    if not off_since(now):  # otherwise their time is still to be given back
        asked = asked.filter(deadline_at__gt=now)
    paused = DrawPause.objects.filter(resumed_at__isnull=True, **of)
    return Q(
        Q(Exists(asked)) | Q(Exists(paused)),
        ~sitting_by(now),
        kind=DrawKind.RANDOM,
        status=DrawStatus.INVITING,
        released_at__isnull=True,
    )


def still_waiting(draws: Collection[Draw], *, now: datetime) -> set[int]:
    """Return the ids of those of ``draws`` that keep their names sealed at ``now``, as this system wrote: a
    line that somebody else has written is waited for like one that has not answered."""
    sealed = {draw.pk: draw for draw in draws if _keeps_sealed(draw, now)}
    if not sealed:
        return set()
    lines = list(Invitation.objects.filter(draw__in=sealed).only("draw_id", *READ).order_by())
    for line in lines:
        line.draw = sealed[line.draw_id]
    paused = {pause.draw_id for pause in open_pauses(sealed.values())}
    return paused | {line.draw_id for line in _unanswered(lines, now)}


def waits_for_answers(draw: Draw, *, now: datetime) -> bool:
    """Tell whether ``draw`` is one of `still_waiting`."""
    return bool(still_waiting([draw], now=now))


def waits_for_lines(
    draw: Draw, lines: Iterable[Invitation], pause: DrawPause | None, *, now: datetime
) -> bool:
    """Tell the same where all lines of ``draw`` and its open pause are at hand."""
    return _keeps_sealed(draw, now) and (pause is not None or any(_unanswered(lines, now)))


def _keeps_sealed(draw: Draw, now: datetime) -> bool:
    """Whether anybody is waited for in ``draw`` at all."""
    return draw.is_random and draw.released_at is None and now < _panel_sits(draw)


def _unanswered(lines: Iterable[Invitation], now: datetime) -> Iterator[Invitation]:
    # Held by no deadline then (`queries.written.is_over`).
    is_held = cache(lambda: off_since(now) is not None or is_rewritten())
    for line in lines:
        asked = line.state == InvitationState.INVITED and (now < line.deadline_at or is_held())
        if asked or not is_written(line):
            yield line


def _panel_sits(draw: Draw) -> datetime:
    """When nothing is waited for any more: as it is proven, or, where the proof is of before that, as it
    stands."""
    return proven_opening(draw) or draw.next_sitting
