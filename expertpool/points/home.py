"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import Number, Source, Todo, some
from expertpool.core.registry import MenuItem
from expertpool.experts.queries.experts import expert_for
from expertpool.points.permissions import SERVE
from expertpool.points.queries.ledger import balance_of
from expertpool.points.queries.requests import unanswered_by

_requests = WaitingFor(lambda user, now: some(unanswered_by(user)))


def to_answer(user: User, now: datetime) -> Iterator[Todo]:
    rows, url = _requests(user), reverse("points:request_list")
    yield Todo(
        "答复服务申请", "项专家申请的服务等待答复", url, "message-circle", "amber", "答复", rows
    )


def own_points(user: User, now: datetime) -> Iterator[Number]:
    if (expert := expert_for(user)) is not None:
        yield Number("我的积分", balance_of(expert), reverse("points:own"), "trophy")


NUMBERS = (Source("points_own", "experts.self", 30, own_points),)
TODOS = (Source("points_to_answer", SERVE, 120, to_answer),)
SHORTCUTS = (MenuItem("points.own", "我的积分", "trophy", "points:own", ("experts.self",), 130),)
