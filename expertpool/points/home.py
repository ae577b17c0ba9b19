"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import Source, Todo, some
from expertpool.core.registry import MenuItem
from expertpool.points.permissions import SERVE
from expertpool.points.queries.requests import requests_waiting

_requests = WaitingFor(lambda user, now: some(requests_waiting(user)))


def to_answer(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = _requests(user), reverse("points:request_list")
    yield Todo(
        "答复服务申请", "项专家申请的服务等待答复", url, "message-circle", "amber", "答复", rows
    )


TODOS = (Source("points_to_answer", SERVE, 120, to_answer),)
SHORTCUTS = (MenuItem("points.own", "我的积分", "trophy", "points:own", ("experts.self",), 130),)
