"""Reads of alerts."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.operations.models import Alert


def alerts_visible_to(user: User) -> QuerySet[Alert]:
    """Return the alerts that were told, the latest first, to whoever may see how the system is."""
    rows = Alert.objects.filter(told_at__isnull=False).select_related("acknowledged_by")
    return rows if user.has_permission("operations.view") else rows.none()
