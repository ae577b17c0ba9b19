"""How the list of reviews is ordered and split into tabs, and what an expert downloads of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from expertpool.changes.registry import OwnData
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab
from expertpool.experts.models import Expert
from expertpool.reviews.queries.reviews import reviewing

REVIEW_SORTS: dict[str, str | tuple[str, ...]] = {
    "created": ("created_at", "id"),
    "opening": ("project__opening_at", "id"),
}
REVIEW_TABS = (
    ListTab("", "全部"),
    ListTab("draft", "准备中", Q(opened_at__isnull=True)),
    ListTab("open", "评审中", Q(opened_at__isnull=False, ended_at__isnull=True)),
    ListTab("ended", "已结束", Q(ended_at__isnull=False, has_result=True)),
    ListTab("stopped", "已停止", Q(ended_at__isnull=False, has_result=False)),
)


def _scored(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in reviewing(expert):
        submitted = moment_text(one.submitted_at) if one.submitted_at else ""
        yield one.review.project.name, moment_text(one.joined_at), submitted


OWN = (
    OwnData(
        "scoring",
        "我的评审打分",
        55,
        ("评审", "开始时间", "提交时间"),
        _scored,
        lambda one: reviewing(one).count(),
    ),
)
