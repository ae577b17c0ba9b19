"""How many applications came by which way."""

from __future__ import annotations

from django.db.models import Count

from expertpool.joining.models import Application


def counts_by_channel() -> dict[str, int]:
    """Return the number of applications that were handed in, by channel."""
    rows = Application.objects.filter(handed_in_at__isnull=False).order_by()
    return dict(rows.values_list("channel").annotate(count=Count("pk")))
