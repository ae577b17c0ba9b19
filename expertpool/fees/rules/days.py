"""When somebody reviewed on which day: what is paid by the day is worked out for each by itself.

    2026-11-29 09:30-17:30 休息60
    11月30日 9:00至次日1:00 休息30分钟 节假日

A line is one stretch of work without a night's rest; it is of the day on which it began, be it over after midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise

from django.utils import timezone

# Who goes on longer past midnight has rested in between: those are two days.
LONGEST_NIGHT = timedelta(hours=12)
MOST_DAYS = 20  # stretches of one review
HOLIDAY = "节假日"

_LINE = re.compile(
    r"(?:(?P<year>20\d\d)[-./年])?(?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?"
    r"(?P<hour>\d{1,2})[:时点](?P<minute>\d{0,2})分?(?:[-~～—–]+|至|到)"
    r"(?:次日)?(?P<to_hour>\d{1,2})[:时点](?P<to_minute>\d{0,2})分?"
    r"(?:(?:休息|用餐|休息用餐)(?P<rest>\d{1,3})(?:分钟|分)?)?(?P<holiday>(?:法定)?节假日)?"
)
_SKIPPED = re.compile(r"[,，、。()（）]")
# A day and its hours are told apart by the blank between them alone.
_DAY_ENDS = re.compile(r"((?:20\d\d[-./年])?\d{1,2}[-./月]\d{1,2}日?)\s+")


class DaysRefused(ValueError):
    """A line that says no stretch of a day, or stretches that overlap; the message says how to mend it."""


@dataclass(frozen=True)
class Stretch:
    """Work from ``started_at`` to ``ended_at``, ``break_minutes`` of it rest; paid as on a holiday or not."""

    started_at: datetime
    ended_at: datetime
    break_minutes: int = 0
    is_holiday: bool = False

    @property
    def day(self) -> date:
        """The day whose work it is, where the site is."""
        return timezone.localdate(self.started_at)

    @property
    def minutes(self) -> int:
        """How long he worked; begun minutes do not count."""
        return int((self.ended_at - self.started_at).total_seconds() // 60) - self.break_minutes

    @property
    def words(self) -> str:
        """The line that says it."""
        begins, ends = timezone.localtime(self.started_at), timezone.localtime(self.ended_at)
        until = "次日" if ends.date() != begins.date() else ""
        rest = f" 休息{self.break_minutes}" if self.break_minutes else ""
        return (
            f"{begins:%Y-%m-%d %H:%M}-{until}{ends:%H:%M}{rest}"
            f"{f' {HOLIDAY}' if self.is_holiday else ''}"
        )

    def as_json(self) -> list[object]:
        """Return it as stored."""
        times = (self.started_at.isoformat(), self.ended_at.isoformat())
        return [*times, self.break_minutes, self.is_holiday]

    @classmethod
    def from_json(cls, said: Sequence[object]) -> Stretch:
        begins, ends, rest, holiday = said
        began, ended = (datetime.fromisoformat(str(one)) for one in (begins, ends))
        return cls(began, ended, int(str(rest)), bool(holiday))


@dataclass(frozen=True)
class Worked:
    """How long somebody worked on one day, called ``label``; paid as on a holiday or not."""

    minutes: int
    is_holiday: bool = False
    label: str = ""


def needs_days(started_at: datetime, ended_at: datetime) -> bool:
    """Tell whether a time from the one to the other has a night in it, so that it has to be said by the day."""
    days = timezone.localdate(started_at), timezone.localdate(ended_at)
    return days[0] != days[1] and ended_at - started_at > LONGEST_NIGHT


def by_day(stretches: Iterable[Stretch]) -> tuple[Worked, ...]:
    """Return what ``stretches`` come to by the day, in their order; a day of which one is a holiday's is one."""
    found = []
    ordered = sorted(stretches, key=lambda one: one.started_at)
    for day, some in groupby(ordered, key=lambda one: one.day):
        rows = list(some)
        minutes = sum(one.minutes for one in rows)
        found.append(Worked(minutes, any(one.is_holiday for one in rows), f"{day:%m-%d}"))
    return tuple(found)


def days_text(stretches: Iterable[Stretch]) -> str:
    """Return the lines that say ``stretches``."""
    return "\n".join(one.words for one in stretches)


def read_days(text: str, *, near: datetime) -> tuple[Stretch, ...]:
    """Return what ``text`` says, one stretch a line, in their order; a day without its year is that next to ``near``.
    Raises DaysRefused."""
    lines = [one for one in re.split(r"[\n;；]", text) if one.strip()]
    found = sorted((_read(one, near) for one in lines), key=lambda one: one.started_at)
    if len(found) > MOST_DAYS:
        raise DaysRefused(f"最多写 {MOST_DAYS} 行。")
    for before, after in pairwise(found):
        if after.started_at < before.ended_at:
            raise DaysRefused(f"“{after.words}”与“{before.words}”的时间重叠，请核对。")
    return tuple(found)


def _read(line: str, near: datetime) -> Stretch:
    said = line.strip()[:40]
    # The blank after the day kept as a mark of its own, all others are nothing.
    marked = _DAY_ENDS.sub(r"\1日", _SKIPPED.sub("", line.replace("：", ":")).strip(), count=1)
    match = _LINE.fullmatch(re.sub(r"\s+", "", marked).replace("日日", "日"))
    if match is None:
        raise DaysRefused(f"“{said}”看不懂：请写成“11-29 09:30-17:30 休息60”，一天一行。")
    day = _day(match, near, said)
    begins = _at(day, match["hour"], match["minute"], said)
    ends = _at(day, match["to_hour"], match["to_minute"], said)
    if ends <= begins:
        ends += timedelta(days=1)
    stretch = Stretch(begins, ends, int(match["rest"] or 0), bool(match["holiday"]))
    if needs_days(begins, ends):
        raise DaysRefused(f"“{said}”的结束时间早于开始时间，或超过半天的夜班，请核对。")
    if stretch.minutes <= 0:
        raise DaysRefused(f"“{said}”的休息时间比评审时间还长，请核对。")
    return stretch


def _day(match: re.Match[str], near: datetime, said: str) -> date:
    today = timezone.localdate(near)
    years = [int(match["year"])] if match["year"] else [today.year + at for at in (-1, 0, 1)]
    found = []
    for year in years:
        try:
            found.append(date(year, int(match["month"]), int(match["day"])))
        except ValueError:  # the 29th of February of another year
            continue
    if not found:
        raise DaysRefused(f"“{said}”没有这一天，请核对。")
    # Around New Year a review begun in December ends in the year after.
    return min(found, key=lambda one: abs(one - today))


def _at(day: date, hours: str, minutes: str, said: str) -> datetime:
    hour, minute = int(hours), int(minutes or 0)
    if (hour, minute) == (24, 0):
        day, hour = day + timedelta(days=1), 0
    if hour > 23 or minute > 59:
        raise DaysRefused(f"“{said}”的时间不对，应像 09:30。")
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
