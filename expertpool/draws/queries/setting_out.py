"""Before when somebody has to hear that he is not expected any more, or at another time or place: quiet hours
do not hold that back until he is on his way (docs/decisions/0486)."""

from __future__ import annotations

from datetime import datetime, timedelta

from expertpool.draws.models import Draw, Invitation, Rescheduling
from expertpool.draws.occasions import CANCELLING, RESCHEDULED
from expertpool.draws.queries.meetings import next_opening

# So long before a review whoever comes from out of town may be about to leave.
SET_OUT = timedelta(hours=3)


def goes_before(
    occasion: str, invitation: Invitation, *, closing: datetime, now: datetime
) -> datetime:
    """Return before when a message of ``occasion`` goes out in quiet hours rather than later: what asks or reminds
    until ``closing``, when the panel sits; what says that he need not come, or not then, before he sets out."""
    if occasion in CANCELLING:
        return cancelled_by(invitation.draw, now=now)
    if occasion == RESCHEDULED.code:
        return min(closing, *_openings_before(invitation)) - SET_OUT
    return closing


def cancelled_by(draw: Draw, *, now: datetime) -> datetime:
    """Return before when whoever sat in ``draw`` has to hear that he need not come."""
    return next_opening(draw.covered, now=now) - SET_OUT


def _openings_before(invitation: Invitation) -> list[datetime]:
    """Return for when those were expected whom the last move of ``invitation`` asked anew."""
    moved = Rescheduling.objects.filter(draw=invitation.draw_id).last()
    return [one for one in moved.openings_before if one > moved.moved_at] if moved else []
