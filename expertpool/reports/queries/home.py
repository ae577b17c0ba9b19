"""Which statistics stand on whose home page (OVW-03): a few, each a part of 统计分析 with its own list behind."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.accounts.models import User
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import TOPICS, Asked, Topic

MOST = 4


@dataclass(frozen=True)
class HomeChart:
    """A number of a topic by a dimension, for holders of ``permission``."""

    topic: str
    by: str
    measure: str
    permission: str
    label: str


CHARTS = (
    HomeChart("projects", "month", "hand_count", "reports.ledger", "人工干预次数：按评审月份"),
    HomeChart("projects", "month", "fee_gross", "fees.view", "劳务费（元）：按评审月份"),
    HomeChart("experts", "branch", "formal", "experts.view", "在库专家：按专业大类"),
    HomeChart("projects", "stage", "count", "projects.view", "项目：按进度"),
    HomeChart("projects", "month", "count", "projects.view", "项目：按评审月份"),
)


def charts_for(user: User, asked: Asked) -> list[HomeChart]:
    """Return the first few of what ``user`` may count and see."""
    if not user.has_permission(STATISTICS):
        return []
    return [one for one in CHARTS if user.has_permission(one.permission) and _is_open(one, asked)][
        :MOST
    ]


def _is_open(chart: HomeChart, asked: Asked) -> bool:
    topic = _topic(chart)
    dimensions = {one.code for one in topic.dimensions_for(asked.user)} if asked.user else set()
    return chart.by in dimensions and chart.measure in {
        one.code for one in topic.measures_for(asked)
    }


def _topic(chart: HomeChart) -> Topic:
    return TOPICS[chart.topic]
