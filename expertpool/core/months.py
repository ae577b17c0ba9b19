"""One month as a page: its weeks, and what stands on each day."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from expertpool.core.bounds import DAYS
from expertpool.core.text import moment_text

DAY = timedelta(days=1)
MOST_SHOWN = 3  # on one day of the sheet


@dataclass(frozen=True)
class Span:
    """What takes from ``start`` to ``end``; ``word`` says how it stands, in ``tone``."""

    start: datetime
    end: datetime
    title: str
    word: str
    tone: str
    url: str
    place: str = ""

    @property
    def when(self) -> str:
        """From when to when, the day said once where it is one."""
        start, end = timezone.localtime(self.start), timezone.localtime(self.end)
        is_one = start.date() == end.date()
        return f"{moment_text(start)} 至 {f'{end:%H:%M}' if is_one else moment_text(end)}"

    def on(self, day: date) -> bool:
        first = timezone.localdate(self.start)
        # What ends at midnight does not reach into the day.
        last = timezone.localdate(max(self.start, self.end - timedelta(microseconds=1)))
        return first <= day <= last


@dataclass(frozen=True)
class Day:
    day: date
    is_within: bool
    is_today: bool
    spans: list[Span]

    @property
    def marks(self) -> str:
        """What the style sheet goes by."""
        known = {
            "is-beside": not self.is_within,
            "is-today": self.is_today,
            "is-free": not self.spans,
        }
        return " ".join(name for name, holds in known.items() if holds)

    @property
    def shown(self) -> list[Span]:
        return self.spans[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.spans) - len(self.shown)


@dataclass(frozen=True)
class Month:
    """``weeks`` begin on Monday and reach into the months beside it; ``coming`` is what begins first after the
    month, where nothing stands in it from today on."""

    first: date
    weeks: list[list[Day]]
    coming: Span | None = None

    @property
    def title(self) -> str:
        return f"{self.first.year} 年 {self.first.month} 月"

    @property
    def before(self) -> str:
        """The month before, as addresses name it; empty where there is none."""
        return _name(self.first - DAY)

    @property
    def after(self) -> str:
        return _name(self.first + timedelta(days=31))

    @property
    def coming_month(self) -> str:
        """The month in which ``coming`` begins, as addresses name it."""
        return _name(timezone.localdate(self.coming.start)) if self.coming else ""

    @property
    def is_empty(self) -> bool:
        return not any(day.spans for week in self.weeks for day in week if day.is_within)


def first_of(name: str, *, today: date) -> date:
    """Return the first day of the month that an address names (2026-12), or of the present one."""
    year, _, month = name.partition("-")
    is_written = name.isascii() and (len(year), len(month)) == (4, 2) and (year + month).isdigit()
    if is_written and 1 <= int(month) <= 12 and int(year):
        found = date(int(year), int(month), 1)
        if DAYS.low <= found <= DAYS.high:
            return found
    return today.replace(day=1)


def month_of(first: date, spans: Iterable[Span], *, today: date) -> Month:
    """Return the month that begins on ``first``, with ``spans`` by their days, the earliest first."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    sheet = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first,
        [
            [
                Day(
                    day,
                    day.month == first.month,
                    day == today,
                    [span for span in ordered if span.on(day)],
                )
                for day in week
            ]
            for week in sheet
        ],
        _coming(first, ordered, today),
    )


def _coming(first: date, ordered: Iterable[Span], today: date) -> Span | None:
    last = (first + timedelta(days=31)).replace(day=1) - DAY
    ahead = [span for span in ordered if timezone.localdate(span.end) >= max(first, today)]
    found = next(iter(ahead), None)
    return found if found and timezone.localdate(found.start) > last else None


def _name(day: date) -> str:
    return f"{day:%Y-%m}" if DAYS.low <= day.replace(day=1) <= DAYS.high else ""
