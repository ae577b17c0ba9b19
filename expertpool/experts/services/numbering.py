"""Expert numbers: ZJ, the year of entry, six digits that never come twice."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone


def next_numbers(count: int, *, now: datetime) -> list[str]:
    """Return ``count`` new numbers (ZJ2026000001 …). A number of a failed transaction is lost."""
    year = timezone.localtime(now).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('experts_number_seq') FROM generate_series(1, %s)", [count])
        return [f"ZJ{year}{value:06d}" for (value,) in cursor.fetchall()]
