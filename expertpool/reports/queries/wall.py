"""The wall screen (大屏): the pool and the draws of the day in numbers, for whoever passes by (docs/decisions/0416).

Of running draws it tells what their beginning and their release tell, which everybody sees: nothing here moves when
somebody answers, leaves or is supplemented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.visibility import Level, level_for
from expertpool.draws.enums import INVALID
from expertpool.draws.models import Draw
from expertpool.experts.enums import ExpertStatus
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.reports.queries.expert_statistics import EXPERTS
from expertpool.reports.queries.periods import begin, months_after
from expertpool.reports.queries.project_statistics import OPENING
from expertpool.reports.queries.statistics import Asked, Line, Statistic, statistic_of
from expertpool.reports.queries.tallies import tallied, tallied_at

MOST_BARS = 8
MONTHS = 12
CHARTS = (("branch", "专业大类"), ("province", "省份"), ("level", "职称级别"))


@dataclass(frozen=True)
class Figure:
    label: str
    value: int
    tone: str = ""

    @property
    def text(self) -> str:
        return f"{self.value:,}"


@dataclass(frozen=True)
class Wall:
    """``counted_at``: when the pool was counted."""

    pool: list[Figure]
    day: list[Figure]
    charts: list[dict[str, Any]]
    counted_at: datetime


def wall_for(user: User, *, now: datetime) -> Wall:
    """Return the numbers of the whole pool; of fields that ``user`` does not see no chart is made of."""
    asked = Asked(None, now, tallied_at(EXPERTS, now=now))
    pool = _counted("status", asked)
    by_status = {line.key: line.sums["count"] for line in pool.lines}
    open_to = {one.code for one in EXPERTS.dimensions_for(user)}
    charts = [
        _bars(label, _formal(_counted(code, asked))) for code, label in CHARTS if code in open_to
    ]
    if level_for(user, OPENING) is Level.PLAIN:
        charts.append(_projects_by_month(now))
    return Wall(_pool(by_status), _day(now), charts, pool.counted_at or now)


def _counted(code: str, asked: Asked) -> Statistic:
    by = EXPERTS.dimension(code)
    kept = tallied(EXPERTS, None, by, asked) if asked.tallied_at else None
    return kept or statistic_of(EXPERTS, EXPERTS.rows(), by, asked)


def _formal(found: Statistic) -> list[Line]:
    """Return the parts of whom is in the pool, the largest first."""
    return sorted(found.lines, key=lambda line: -line.sums["formal"])


def _bars(label: str, lines: Sequence[Line]) -> dict[str, Any]:
    drawn = [line for line in lines if line.sums["formal"]][:MOST_BARS]
    return _chart(
        f"在库专家：{label}",
        [one.label for one in drawn],
        [int(one.sums["formal"]) for one in drawn],
    )


def _chart(
    title: str, labels: list[str], values: list[int], *, over_time: bool = False
) -> dict[str, Any]:
    return {
        "name": title,
        "title": title,
        "overTime": over_time,
        "labels": labels,
        "values": values,
        "urls": [],
    }


def _pool(by_status: dict[str, Any]) -> list[Figure]:
    def of(status: ExpertStatus) -> int:
        return int(by_status.get(status.value, 0))

    return [
        Figure("在库专家", of(ExpertStatus.FORMAL), "blue"),
        Figure("待审核", of(ExpertStatus.PENDING)),
        Figure("冻结", of(ExpertStatus.FROZEN)),
    ]


def _day(now: datetime) -> list[Figure]:
    """What the day brought: what a draw begins with and is released with, never how far it has come."""
    today = timezone.localdate(now)
    days = (today, today)
    first = Q(widens=None) & ~Q(status__in=INVALID)
    draws = Draw.objects.order_by().aggregate(
        drawn=Count("pk", filter=first & within_days("ordered_at", days)),
        released=Count("pk", filter=first & within_days("released_at", days)),
    )
    approved = Project.objects.filter(status=ProjectStatus.APPROVED)
    reviews = approved.filter(within_days("opening_at", days)).count()
    return [
        Figure("今日抽取", draws["drawn"], "blue"),
        Figure("今日公开名单", draws["released"], "green"),
        Figure("今日评审项目", reviews, "amber"),
    ]


def _projects_by_month(now: datetime) -> dict[str, Any]:
    """The reviews of the months that are over, and of this one up to now."""
    today = timezone.localtime(now).date()
    months = [months_after(today, -at) for at in reversed(range(MONTHS))]
    begins = [begin(one) for one in (*months, today)]
    begins[-1] = now
    counts = Project.objects.filter(status=ProjectStatus.APPROVED).aggregate(
        **{
            f"m{at}": Count(
                "pk", filter=Q(opening_at__gte=begins[at], opening_at__lt=begins[at + 1])
            )
            for at in range(MONTHS)
        }
    )
    values = [counts[f"m{at}"] for at in range(MONTHS)]
    return _chart(
        "评审项目：近十二个月", [f"{one:%Y-%m}" for one in months], values, over_time=True
    )
