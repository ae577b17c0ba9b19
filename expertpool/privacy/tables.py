"""How requests are split and ordered, and what of them is in the download of their expert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from expertpool.changes.registry import OwnData
from expertpool.core.mandates import A_LOOK
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab
from expertpool.experts.models import Expert
from expertpool.privacy.queries.erasures import YEAR
from expertpool.privacy.queries.periods import years_until_erased
from expertpool.privacy.queries.requests import requests_of

ERASURE_SORTS: dict[str, str | tuple[str, ...]] = {"deleted": ("deleted_at", "id")}
SORTS: dict[str, str | tuple[str, ...]] = {"due": ("due_at", "id")}
TABS = (
    ListTab("", "待答复", Q(answered_at__isnull=True)),
    ListTab("answered", "已答复", Q(answered_at__isnull=False)),
)


def erasure_tabs(now: datetime) -> tuple[ListTab, ...]:
    """Return how the list is split: `over_their_time` is what the next night erases."""
    years = years_until_erased(now)
    due = Q(erased_at__isnull=True, deleted_at__lt=now - years * YEAR) if years else Q(pk__in=[])
    return (
        ListTab("", "未抹去", Q(erased_at__isnull=True)),
        ListTab("due", "今晚自动抹去", due),
        ListTab("erased", "已抹去", Q(erased_at__isnull=False)),
    )


def _requests(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in requests_of(expert):
        said = (one.get_kind_display(), one.readable_text, one.state_label, one.readable_answer)
        yield moment_text(one.asked_at), *said, moment_text(one.answered_at)


OWN = (
    OwnData(
        "privacy",
        "个人信息请求",
        78,
        ("申请时间", "事项", "要求和理由", "结果", "答复", "答复时间"),
        _requests,
        # The page is not kept waiting by rows that nobody asked; the download has all.
        lambda expert: requests_of(expert, a_look=A_LOOK).count(),
    ),
)
