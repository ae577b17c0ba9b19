"""How the lists of points are ordered and split into tabs, and what an expert downloads of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from expertpool.changes.registry import OwnData
from expertpool.core.mandates import A_LOOK
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab
from expertpool.experts.models import Expert
from expertpool.points.queries.ledger import entries_of, own_lines
from expertpool.points.queries.requests import requests_of

ACCOUNT_SORTS: dict[str, str | tuple[str, ...]] = {
    "balance": ("told", "id"),
    "number": "expert__number",
}
ENTRY_SORTS: dict[str, str | tuple[str, ...]] = {"at": ("at", "id"), "points": ("points", "id")}
REQUEST_SORTS: dict[str, str | tuple[str, ...]] = {"asked": ("asked_at", "id")}
REQUEST_TABS = (
    ListTab("", "待答复", Q(answered_at__isnull=True)),
    ListTab("answered", "已答复", Q(answered_at__isnull=False)),
)


def _entries(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for line in own_lines(entries_of(expert)):
        one = line.entry
        said = "；".join(filter(None, (line.review, one.note)))
        yield moment_text(one.at), one.label, one.signed, str(one.balance), said


def _requests(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in requests_of(expert):
        asked, answered = moment_text(one.asked_at), moment_text(one.answered_at)
        yield (
            one.benefit.name,
            one.readable_text,
            asked,
            one.state_label,
            one.readable_answer,
            answered,
        )


OWN = (
    OwnData(
        "points",
        "我的积分",
        52,
        ("时间", "事由", "积分", "余额", "说明"),
        _entries,
        lambda one: entries_of(one).count(),
    ),
    OwnData(
        "benefits",
        "服务申请",
        53,
        ("服务", "需要什么", "申请时间", "结果", "答复", "答复时间"),
        _requests,
        # The page is not kept waiting by rows that nobody asked; the download has all.
        lambda one: requests_of(one, a_look=A_LOOK).count(),
    ),
)
