"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import Source, Todo, some
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.queries.requests import unanswered_by

_requests = WaitingFor(lambda user, now: some(unanswered_by(user)))


def to_answer(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = _requests(user), reverse("privacy:requests")
    yield Todo(
        "答复个人信息请求", "件个人信息请求等待答复", url, "shield-lock", "amber", "答复", rows
    )


TODOS = (Source("privacy_to_answer", DECIDE, 98, to_answer),)
