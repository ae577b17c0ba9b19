"""Declaring what two persons decide: the matter itself, and what the home page shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.core.home import MOST_TODOS, TODOS, Source, Todo
from expertpool.workflow.queries.matters import MATTERS, Matter
from expertpool.workflow.queries.requests import RequestLine, requests_to_decide


def todos_of(matter: Matter) -> Source[Todo]:
    """The todos of whoever decides ``matter``."""

    def find(user: User, now: datetime) -> Iterator[Todo]:
        for asked in requests_to_decide(matter, user, now=now)[:MOST_TODOS]:
            line = RequestLine(matter, asked)
            yield Todo(
                f"确认{matter.words.label}：{line.name}",
                f"{asked.requested_by} 申请：{line.details}{'：' if line.details else ''}{asked.reason}",
                line.page,
                matter.icon,
                "red",
                "确认",
            )

    return Source(matter.code, matter.decides, matter.order, find)


def register_matters(*matters: Matter) -> None:
    """Add ``matters``, and the todos of those who decide them."""
    MATTERS.add(*matters)
    TODOS.add(*(todos_of(matter) for matter in matters))
