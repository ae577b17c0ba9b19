"""Statistics of projects: how many there are, and what was drawn, by period, department, state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth, TruncQuarter, TruncYear
from django.utils import timezone

from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.models import Project
from expertpool.projects.queries.measures import PROJECT_MEASURES, with_measures

# Where a project stands, in order: on the road to approval, then on that of its draw.
STAGES: dict[str, str] = {
    **{
        status.value: str(status.label)
        for status in (ProjectStatus.DRAFT, ProjectStatus.PENDING, ProjectStatus.REJECTED)
    },
    **{state.value: str(state.label) for state in DrawState},
    ProjectStatus.ARCHIVED.value: str(ProjectStatus.ARCHIVED.label),
}
STAGE = Case(
    When(status=ProjectStatus.APPROVED, then="draw_state"),
    default="status",
    output_field=CharField(),
)
_STAGE_PLACE = Case(*(When(key=stage, then=Value(at)) for at, stage in enumerate(STAGES)))


@dataclass(frozen=True)
class Line:
    """One group: what it is, its projects, the sum of each measure by code."""

    key: Any
    label: str
    count: int
    sums: dict[str, int]


@dataclass(frozen=True)
class Statistic:
    """Lines in order, and all of them together."""

    lines: list[Line]
    total: Line


@dataclass(frozen=True)
class Grouping:
    """By what projects are counted: ``key`` says to which group one belongs, ``word`` what a
    group is called (given the row of ``key`` and ``names``); the groups come in ``order``."""

    code: str
    title: str
    header: str
    key: Any
    word: Callable[[dict[str, Any]], str]
    names: tuple[str, ...] = ()
    order: Any = "key"


def _quarter(row: dict[str, Any]) -> str:
    day = first_day(row["key"])
    return f"{day.year} 年第 {(day.month + 2) // 3} 季度"


GROUPINGS = (
    Grouping(
        "month",
        "按月",
        "评审月份",
        TruncMonth("opening_at"),
        lambda row: f"{first_day(row['key']):%Y-%m}",
    ),
    Grouping("quarter", "按季度", "评审季度", TruncQuarter("opening_at"), _quarter),
    Grouping(
        "year",
        "按年",
        "评审年度",
        TruncYear("opening_at"),
        lambda row: f"{first_day(row['key']).year} 年",
    ),
    Grouping(
        "department",
        "按部门",
        "所属部门",
        F("department_id"),
        lambda row: str(row["department__name"]),
        names=("department__name", "department__path"),
        order="department__path",
    ),
    Grouping("stage", "按进度", "进度", STAGE, lambda row: STAGES[row["key"]], order=_STAGE_PLACE),
    Grouping("kind", "按项目类型", "项目类型", F("kind"), lambda row: row["key"] or "未填写"),
    Grouping(
        "regime", "按适用制度", "适用制度", F("regime"), lambda row: str(Regime(row["key"]).label)
    ),
)


def first_day(moment: datetime) -> date:
    """Return the first day of a period as it is grouped by."""
    return timezone.localtime(moment).date()


def statistic_of(projects: QuerySet[Project], grouping: Grouping) -> Statistic:
    """Count ``projects`` by ``grouping``, in one query. The caller has chosen what may be seen.

    The one draw of a batch counts at its lead, so that lines and total add up.
    """
    sums = {f"{one.code}_sum": Sum(one.code) for one in PROJECT_MEASURES}
    rows = (
        # Without their order, which would become part of the groups.
        with_measures(projects.order_by().annotate(key=grouping.key), once=True)
        .values("key", *grouping.names)
        .annotate(count=Count("pk"), **sums)
        .order_by(grouping.order)
    )
    lines = [
        Line(
            row["key"],
            grouping.word(row),
            row["count"],
            {one.code: row[f"{one.code}_sum"] or 0 for one in PROJECT_MEASURES},
        )
        for row in rows
    ]
    return Statistic(lines, _total(lines))


def _total(lines: list[Line]) -> Line:
    sums = {one.code: sum(line.sums[one.code] for line in lines) for one in PROJECT_MEASURES}
    return Line(None, "合计", sum(line.count for line in lines), sums)
