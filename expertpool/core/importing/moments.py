"""Days with their time, as people write them in tables."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from expertpool.core.importing.columns import CellRefused, as_code

_MOMENT = re.compile(
    r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?[\sT]*(\d{1,2})[:：时点](\d{1,2})?(?:[:：]\d{1,2})?分?"
)
# Excel counts days from here; the years 2000 to 2099 as such numbers.
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
_SERIALS = (36_526, 73_050)
_AS = "应像 2026-12-01 09:30。"


def moment(cell: Any) -> datetime | None:
    """Clean a date with its time: a date cell of Excel, its number, or text in the usual forms."""
    if isinstance(cell, datetime):
        return timezone.make_aware(cell.replace(second=0, microsecond=0))
    if isinstance(cell, date):
        raise CellRefused("{}缺少时间", _AS)
    if isinstance(cell, float | int):
        return _from_serial(float(cell))
    value = as_code(cell)
    if not value:
        return None
    found = _MOMENT.fullmatch(value)
    try:
        parts = [int(part or 0) for part in found.groups()] if found else []
        year, month, day, hour, minute = parts
        return timezone.make_aware(datetime(year, month, day, hour, minute))  # noqa: DTZ001
    except ValueError:
        raise CellRefused("{}格式", _AS) from None


def _from_serial(number: float) -> datetime:
    if not _SERIALS[0] <= number < _SERIALS[1]:
        raise CellRefused("{}格式", _AS)
    # A float holds no time of day exactly: 9:30 is 0.3958333…
    at = _DAY_ZERO + timedelta(minutes=round(number * 24 * 60))
    # A serial without a fraction is a day alone, and no review begins at midnight.
    if at.time() == time():
        raise CellRefused("{}缺少时间", _AS)
    return timezone.make_aware(at)
