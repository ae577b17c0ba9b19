"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.home import Source, Todo
from expertpool.experts.queries.experts import expert_for
from expertpool.reviews.permissions import CONFIRM, SUPERVISES
from expertpool.reviews.queries.reviews import to_score
from expertpool.reviews.queries.waiting import waiting_for_confirmation, waiting_for_value


def sheets_to_fill(user: User, now: datetime) -> Iterator[Todo]:
    expert, url = expert_for(user), reverse("reviews:own")
    if expert is not None:
        text = "个评审等待您评分、签字提交"
        yield Todo("评审打分", text, url, "clipboard-check", "amber", "评分", to_score(expert))


def values_to_give(user: User, now: datetime) -> Iterator[Todo]:
    """Assignments that wait for the value of a supervisor."""
    url, text = reverse("reviews:list") + "?tab=open", "个评审对象分配等待监督人提供随机值"
    rows = waiting_for_value(user)
    yield Todo("分配随机值", text, url, "dice-5", "amber", "提供", rows)


def choices_to_confirm(user: User, now: datetime) -> Iterator[Todo]:
    """What was chosen by hand and waits for a second person."""
    url, text = reverse("reviews:list") + "?tab=open", "个人工指定的分配等待另一人确认"
    rows = waiting_for_confirmation(user)
    yield Todo("确认人工指定", text, url, "user-check", "amber", "确认", rows)


TODOS = (
    Source("reviews_own", "experts.self", 20, sheets_to_fill),
    Source("reviews_values", SUPERVISES, 62, values_to_give),
    Source("reviews_choices", CONFIRM, 63, choices_to_confirm),
)
