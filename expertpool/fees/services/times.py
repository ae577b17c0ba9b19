"""Whether a review can have taken the time that is said of it, and what has to be explained of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.core.text import moment_text
from expertpool.fees.models import MINUTES
from expertpool.fees.rules.days import Stretch, needs_days
from expertpool.projects.models import Project

# A review that begins sooner than this before its opening is another day's, or another year's.
EARLY = timedelta(days=1)
LATE = timedelta(days=MINUTES.high // (24 * 60))


BY_DAY = "评审跨了天，报酬按天计算：请一天一行写明时间和休息，如“11-29 09:30-17:30 休息60”。"


@dataclass(frozen=True)
class TimeFault:
    """What is wrong with a time: at which input (``started_at``, ``ended_at``, ``break_minutes``, ``days`` or ``note``), briefly, and how
    it is mended."""

    field: str
    short: str
    text: str


def fault_of_time(
    project: Project,
    *,
    started_at: datetime | None,
    ended_at: datetime | None,
    break_minutes: int,
    note: str,
    now: datetime,
    days: Sequence[Stretch] = (),
) -> TimeFault | None:
    """Return what keeps a review of ``project`` from being paid by this time; None: nothing.

    ``days``: when he worked on which day, where that was said; the times are then where the first began and the last ended. By
    the rules a review lasts from the opening to the last signature, within its days: what lies beyond may have been so, and then
    ``note`` says why, which the letter shows.
    """
    if started_at is None or ended_at is None:
        field = "ended_at" if started_at else "started_at"
        return TimeFault(field, "时间为空", "请填写开始和结束时间。")
    if ended_at <= started_at:
        return TimeFault("ended_at", "时间颠倒", "结束时间应晚于开始时间。")
    # Nobody has worked yet in the time to come.
    if ended_at > now:
        return TimeFault("ended_at", "结束时间还没有到", f"{moment_text(ended_at)} 还没有到。")
    opening = _opening(project)
    if not opening - EARLY <= started_at <= project.closing_at + LATE:
        return TimeFault(
            "started_at",
            "时间不对",
            f"与评审开始时间（{moment_text(opening)}）相差太多，请核对年月日。",
        )
    # A day or a year mistyped would be paid by the hour.
    if ended_at - started_at > timedelta(minutes=MINUTES.high):
        return TimeFault("ended_at", "时间太长", f"评审时间太长，一次最多 {LATE.days} 天，请核对。")
    # What is paid by the day cannot be told from a time with a night in it, whatever of it was rest.
    if not days and needs_days(started_at, ended_at):
        return TimeFault("days", "没有按天填写", BY_DAY)
    if not days and (ended_at - started_at).total_seconds() // 60 <= break_minutes:
        return TimeFault("break_minutes", "休息时间太长", "休息时间比评审时间还长，请核对。")
    if (why := _beyond(project, started_at, ended_at)) and not note.strip():
        return TimeFault("note", "时间在评审时间之外", f"{why}；确实如此的，请写明原因。")
    return None


def _opening(project: Project) -> datetime:
    # As it is shown and typed: to the minute.
    return project.opening_at.replace(second=0, microsecond=0)


def _beyond(project: Project, started_at: datetime, ended_at: datetime) -> str:
    """Say how a time lies beyond the review; empty where it does not."""
    opening, last = _opening(project), timezone.localdate(project.closing_at)
    if started_at < opening:
        return f"开始时间早于评审开始时间（{moment_text(opening)}）"
    if timezone.localdate(ended_at) > last:
        return f"结束时间不在评审当天（到 {last:%Y-%m-%d}）"
    return ""
