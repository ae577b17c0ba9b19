"""What experts asked about their data."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.privacy.models import DataRequest
from expertpool.privacy.permissions import DECIDE


def requests_visible_to(user: User) -> QuerySet[DataRequest]:
    """Return the requests of experts in the scope of ``user``, who answers them; what was asked today only once it
    may be told (docs/decisions/0185)."""
    if not user.has_permission(DECIDE):
        return DataRequest.objects.none()
    rows = told(DataRequest.objects.filter(expert__in=experts_visible_to(user, DECIDE)))
    return rows.select_related("expert", "answered_by")


def requests_waiting(user: User) -> QuerySet[DataRequest]:
    """Return those that wait for an answer."""
    return requests_visible_to(user).filter(answered_at__isnull=True)


def requests_of(expert: Expert) -> QuerySet[DataRequest]:
    """Return all that ``expert`` asked, the latest first, for himself."""
    return DataRequest.objects.filter(expert=expert).order_by("-asked_at", "-pk")
