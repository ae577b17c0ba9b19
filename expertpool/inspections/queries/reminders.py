"""Who reads the reminders of others: they say whether somebody has handed in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from expertpool.inspections.models import Inspection
from expertpool.notifications.queries.subjects import MessageSubject

if TYPE_CHECKING:
    from expertpool.accounts.models import User

CODE = "inspections.reminder"


def about_reminder(row: Inspection, day: date) -> tuple[str, str]:
    """Return what a reminder of ``row`` that goes out on ``day`` is about."""
    return CODE, f"{row.pk}:{day}"


def _readable(user: User, ids: Collection[str]) -> list[str]:
    today = timezone.localdate().isoformat()
    return [one for one in ids if one.partition(":")[2] < today]


# All of a day at once, whatever each says: what was handed in today is told tomorrow (docs/decisions/0185).
REMINDERS = MessageSubject(CODE, _readable, sealed="次日可见", fares=True)
