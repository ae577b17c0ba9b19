"""Periods by which rows are split: how they are called, and named in an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import (
    TruncDay,
    TruncHour,
    TruncMinute,
    TruncMonth,
    TruncQuarter,
    TruncSecond,
    TruncYear,
)
from django.utils import timezone

from expertpool.core.bounds import DAYS
from expertpool.reports.queries.statistics import Dimension, day_of


def read_day(text: str) -> datetime:
    """Return the first moment of the day that an address names."""
    day = date.fromisoformat(text)
    if not DAYS.low <= day <= DAYS.high:
        raise ValueError(text)
    return begin(day)


def begin(day: date) -> datetime:
    """Return the first moment of ``day``, here."""
    return timezone.make_aware(datetime.combine(day, time()))


def year_words(keys: Sequence[Any]) -> dict[Any, str]:
    return {key: f"{timezone.localtime(key).year} 年" for key in keys}


def quarter_words(keys: Sequence[Any]) -> dict[Any, str]:
    days = {key: timezone.localtime(key) for key in keys}
    return {key: f"{day.year} 年第 {(day.month + 2) // 3} 季度" for key, day in days.items()}


def month_words(keys: Sequence[Any]) -> dict[Any, str]:
    return {key: f"{timezone.localtime(key):%Y-%m}" for key in keys}


PERIODS: dict[str, tuple[Any, Callable[[Sequence[Any]], dict[Any, str]], int]] = {
    "month": (TruncMonth, month_words, 1),
    "quarter": (TruncQuarter, quarter_words, 3),
    "year": (TruncYear, year_words, 12),
}


def months_after(day: date, months: int) -> date:
    """Return the first day of the month so many ``months`` after that of ``day``, or before it where they are negative."""
    after = day.month - 1 + months
    return date(day.year + after // 12, after % 12 + 1, 1)


def period(code: str, label: str, path: str, *, of: str) -> Dimension:
    """Return the dimension that splits the moments in ``path`` by month, quarter or year."""
    cut, words, months = PERIODS[code]

    def narrow(rows: QuerySet[Any], key: Any) -> QuerySet[Any]:
        after = begin(months_after(day_of(key), months))  # the last ends beyond all days
        return rows.filter(**{f"{path}__gte": key, f"{path}__lt": after})

    return Dimension(
        code,
        label,
        lambda asked: cut(path),
        words,
        place=day_of,
        read=read_day,
        over_time=True,
        of=of,
        narrow=narrow,
    )


SPANS: dict[str, tuple[str, Any, str, timedelta]] = {
    "day": ("日", TruncDay, "%Y-%m-%d", timedelta(days=1)),
    "hour": ("时", TruncHour, "%Y-%m-%d %H 时", timedelta(hours=1)),
    "minute": ("分", TruncMinute, "%Y-%m-%d %H:%M", timedelta(minutes=1)),
    "second": ("秒", TruncSecond, "%Y-%m-%d %H:%M:%S", timedelta(seconds=1)),
}


def span(code: str, path: str) -> Dimension:
    """Return the dimension that splits the moments in ``path`` by day, hour, minute or second."""
    label, cut, form, length = SPANS[code]

    def words(keys: Sequence[Any]) -> dict[Any, str]:
        return {key: timezone.localtime(key).strftime(form) for key in keys}

    def read(text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or not DAYS.low <= moment.date() <= DAYS.high:
            raise ValueError(text)
        return moment

    def narrow(rows: QuerySet[Any], key: Any) -> QuerySet[Any]:
        return rows.filter(**{f"{path}__gte": key, f"{path}__lt": key + length})

    return Dimension(
        code,
        label,
        lambda asked: cut(path),
        words,
        place=lambda key: key,
        read=read,
        over_time=True,
        narrow=narrow,
        said=lambda key: timezone.localtime(key).isoformat(),
    )


def spans(path: str, *, down_to: str) -> list[Dimension]:
    """Return the periods by which the moments in ``path`` may be split, from days down to hours, minutes or seconds, and
    months and years."""
    codes = list(SPANS)
    finer = [span(code, path) for code in codes[: codes.index(down_to) + 1]]
    coarser = [period("month", "月", path, of=""), period("year", "年", path, of="")]
    return [*finer, *coarser]
