"""Working days: those of the State Council's holiday notices, with the weekends on which work is made up
for; in a year without a notice yet, Monday to Friday."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar
from django.utils import timezone

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Tell whether offices work on ``day``."""
    if holidays_are_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY


def holidays_are_known(year: int) -> bool:
    """Tell whether the holiday notice of ``year`` was out when this version was made."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        # What the package knows nothing of: notices come out late in the year before.
        return False
    return True


def end_of_working_days(days: int, *, after: datetime) -> datetime:
    """Return when the last of the ``days`` working days ends that follow the day of ``after``."""
    day, left = timezone.localdate(after), days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def is_public_holiday(day: date) -> bool:
    """Tell whether ``day`` is a statutory holiday itself (法定节假日), not a weekend or a day moved to it; of a year
    without a notice yet: no."""
    if not holidays_are_known(day.year):
        return False
    _, name = chinese_calendar.get_holiday_detail(day)
    return bool(name) and chinese_calendar.is_holiday(day) and not chinese_calendar.is_in_lieu(day)
