"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.home import Source, Todo
from expertpool.experts.queries.experts import expert_for
from expertpool.reviews.queries.reviews import to_score


def sheets_to_fill(user: User, now: datetime) -> Iterator[Todo]:
    expert, url = expert_for(user), reverse("reviews:own")
    if expert is not None:
        text = "个评审等待您评分、签字提交"
        yield Todo("评审打分", text, url, "clipboard-check", "amber", "评分", to_score(expert))


TODOS = (Source("reviews_own", "experts.self", 20, sheets_to_fill),)
