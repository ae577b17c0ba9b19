"""Declaring what two persons decide: the matter itself, and what the home page shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.core.home import MOST_TODOS, Source, Todo
from expertpool.workflow.queries.asking import only_asked
from expertpool.workflow.queries.matters import MATTERS, Matter
from expertpool.workflow.queries.requests import RequestLine, matters_waiting, requests_to_decide


def requests_that_wait(user: User, now: datetime) -> Iterator[Todo]:
    """What waits for ``user`` to decide, the most urgent matter first."""
    for matter in matters_waiting(user, now=now):
        for asked in only_asked(requests_to_decide(matter, user, now=now)[:MOST_TODOS]):
            line = RequestLine(matter, asked)
            yield Todo(
                f"确认{matter.words.label}：{line.name}",
                f"{asked.requested_by} 申请：{line.details}{'：' if line.details else ''}{asked.reason}",
                line.page,
                matter.icon,
                "red",
                "确认",
            )


def _deciding() -> list[str]:
    return [matter.decides for matter in MATTERS]


TODO = Source("requests", _deciding, 9, requests_that_wait)


def register_matters(*matters: Matter) -> None:
    """Add ``matters``."""
    MATTERS.add(*matters)
