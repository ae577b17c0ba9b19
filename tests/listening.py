"""A subscriber for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from expertpool.core.events import _receivers, subscribe


@contextmanager
def listening(*event_types: type[Any]) -> Iterator[list[Any]]:
    """Yield the list to which every event of these types is appended."""
    heard: list[Any] = []

    def hear(event: Any) -> None:
        heard.append(event)

    for event_type in event_types:
        subscribe(event_type, hear)
    yield heard
    for event_type in event_types:
        _receivers[event_type].remove(hear)
