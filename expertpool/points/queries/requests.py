"""What experts asked for."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.points.models import BenefitRequest
from expertpool.points.permissions import SERVE


def requests_visible_to(user: User) -> QuerySet[BenefitRequest]:
    """Return the requests that ``user`` answers, or that were answered, of experts in his scope; what was asked
    today only once it may be told (docs/decisions/0185)."""
    rows = told(BenefitRequest.objects.filter(expert__in=experts_visible_to(user, SERVE)))
    return rows.select_related("expert", "benefit", "answered_by")


def requests_waiting(user: User) -> QuerySet[BenefitRequest]:
    """Return those that wait for an answer."""
    return requests_visible_to(user).filter(answered_at__isnull=True)


def requests_of(expert: Expert) -> QuerySet[BenefitRequest]:
    """Return all that ``expert`` asked for, the latest first, for himself."""
    rows = BenefitRequest.objects.filter(expert=expert).select_related("benefit")
    return rows.order_by("-asked_at", "-pk")
