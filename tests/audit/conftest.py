from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from expertpool.audit import actions
from expertpool.audit.models import Entry
from expertpool.audit.services import record

Note = Callable[..., Entry]


@pytest.fixture
def note(monkeypatch: pytest.MonkeyPatch) -> Note:
    """Write one entry of the action ``test.note``."""
    monkeypatch.setattr(actions, "_actions", actions._actions | {"test.note": "记一笔"})

    def write(text: str = "", **values: object) -> Entry:
        values.setdefault("actor", None)
        return record("test.note", now=timezone.now(), note=text, **values)  # type: ignore[arg-type]

    return write
