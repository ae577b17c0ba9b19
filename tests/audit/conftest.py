from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from expertpool.audit.actions import LOG_ACTIONS, Action
from expertpool.audit.models import Entry
from expertpool.audit.services import record

Note = Callable[..., Entry]


@pytest.fixture
def note() -> Iterator[Note]:
    """Write one entry of the action ``test.note``."""

    def write(text: str = "", **values: object) -> Entry:
        values.setdefault("actor", None)
        return record("test.note", now=timezone.now(), note=text, **values)  # type: ignore[arg-type]

    with LOG_ACTIONS.holding(Action("test.note", "记一笔")):
        yield write
