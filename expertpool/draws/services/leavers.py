"""Who left the pool before any letter reached him is not asked: his draw stops, as it does for a turn that
the office took from somebody (docs/decisions/0097, 0112)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from expertpool.draws.enums import DrawKind, DrawStatus, ExclusionReason, InvitationState
from expertpool.draws.models import Draw, DrawPause, Invitation
from expertpool.draws.queries.clock import closing_of, letters_wait_until, pause_of
from expertpool.draws.queries.conflicts import gone_among
from expertpool.draws.services.pool_pauses import hands_in, stop_for_supervisor
from expertpool.draws.services.turns import Lost
from expertpool.experts.enums import ExpertStatus
from expertpool.projects.enums import ProjectStatus

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
    asked = [row.pk for found in waiting.values() if _letters_go(found[0], now) for row in found]
    if not asked:
        return []
    gone = gone_among(Invitation.objects.filter(pk__in=asked), now=now)
    return sorted({row.draw_id for found in waiting.values() for row in found if row.pk in gone})


@transaction.atomic
def stop_for_leavers(*, draw_id: int, now: datetime) -> bool:
    """Stop a draw that is to ask somebody who has left the pool, until a supervisor has looked; True
    if it was. Who is back by then is asked, otherwise his seat goes to the next of the order."""
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    lines = {row.pk: row for row in _unreached().filter(draw=draw)}
    if draw.status != DrawStatus.INVITING or pause_of(draw) or not lines:
        return False
    gone = gone_among(_unreached().filter(draw=draw), now=now)
    lost = {
        lines[line].commit: Lost(pk, REASON.get(status, ExclusionReason.NOT_FORMAL))
        for line, (pk, status) in gone.items()
    }
    hands = hands_in(draw, lost, turns=len(lines))
    if not hands.fresh:
        return False
    stop_for_supervisor(draw, hands, now=now)
    return True


def _unreached() -> QuerySet[Invitation]:
    return Invitation.objects.filter(state=InvitationState.INVITED, reached_at__isnull=True)


def _letters_go(invitation: Invitation, now: datetime) -> bool:
    closing = closing_of(invitation)
    return now < closing and not letters_wait_until(invitation.draw, now=now, closing=closing)
