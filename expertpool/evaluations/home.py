"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.home import Source, Todo
from expertpool.evaluations.permissions import RATE
from expertpool.evaluations.queries.windows import to_rate


def projects_to_rate(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = to_rate(user, now), reverse("evaluations:list")
    yield Todo("评价专家", "个项目的专家等待评价", url, "star", "amber", "评价", rows)


TODOS = (Source("evaluations_to_rate", RATE, 110, projects_to_rate),)
