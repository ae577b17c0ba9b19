"""The numbers of applications: RK, the year, six digits."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from expertpool.core.locks import lock_transaction
from expertpool.joining.models import Application


def next_number(now: datetime) -> str:
    """Return the next number; nobody else gets one until the transaction ends."""
    lock_transaction("joining.numbers")
    prefix = f"RK{timezone.localdate(now).year}"
    rows = Application.objects.filter(number__startswith=prefix).order_by("-number")
    last = rows.values_list("number", flat=True).first()
    return f"{prefix}{int(last[len(prefix) :]) + 1 if last else 1:06}"
