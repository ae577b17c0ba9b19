"""Requests of experts to remove what the office has set of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.criteria import Choice
from expertpool.core.visibility import told
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceRemoval, Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.workflow.queries.approvals import waiting_for

SUBJECT = "experts.avoidanceremoval"
# What the steps of an approval may ask.
FIELDS = (Choice(code="kind", label="关系", path="kind", choices=AvoidanceKind.choices),)


def removals_of(experts: Iterable[Expert]) -> QuerySet[AvoidanceRemoval]:
    """Return all that ``experts`` asked for, the latest first."""
    rows = AvoidanceRemoval.objects.filter(expert__in=list(experts))
    return rows.select_related("expert", "asked_by", "decided_by")


def undecided_removals() -> QuerySet[AvoidanceRemoval]:
    """Return what waits for a decision of somebody."""
    # Without its avoidance it is gone, as one of two equal ones is.
    return AvoidanceRemoval.objects.filter(decided_at__isnull=True, avoidance__isnull=False)


def removals_to_decide(user: User) -> QuerySet[AvoidanceRemoval]:
    """Return what ``user`` may decide now."""
    return removals_decidable_by(user).filter(waiting_for(user, SUBJECT))


def removals_decidable_by(user: User) -> QuerySet[AvoidanceRemoval]:
    """Return what is of experts in ``user``'s scope and not asked by himself, whoever decides its step."""
    experts = experts_visible_to(user, "experts.edit")
    rows = told(undecided_removals()).filter(expert__in=experts)
    return rows.exclude(asked_by=user).select_related("expert", "asked_by").order_by("asked_at")
