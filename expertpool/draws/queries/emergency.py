from __future__ import annotations

from datetime import datetime, timedelta

from expertpool.draws.models import Draw, Emergency
from expertpool.draws.queries.meetings import next_opening


def emergency_of(draw: Draw) -> Emergency | None:
    """Return the emergency in which ``draw`` is, or None for a draw in its ordinary course."""
    return draw.emergencies.filter(ended_at=None).first()


def emergencies_of(draw: Draw) -> list[Emergency]:
    """Return all that were declared for ``draw``, those that were taken back among them, in order."""
    return list(draw.emergencies.select_related("declared_by", "ended_by").order_by("pk"))


def faraway_words(draw: Draw, *, now: datetime) -> str:
    """Return why ``draw`` opens too late to be an emergency ``now``, by the policy that was sealed;
    empty: it does not."""
    policy = draw.rule.policy
    if policy is None:
        return ""
    if next_opening(draw.covered, now=now) - now <= timedelta(hours=policy.emergency_within):
        return ""
    return f"离评审开始还早：封存时的制度规定，评审前 {policy.emergency_within} 小时内才能转为应急抽取。"
