"""A test that leaves the connection of an ended thread open fails by itself. The collector of garbage would tell of it
when it comes to it, in somebody else's test (docs/decisions/0704)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Thread, current_thread
from typing import Any, NamedTuple
from weakref import ref

import pytest
from psycopg import BaseConnection


class Opened(NamedTuple):
    connection: ref[BaseConnection[Any]]
    thread: Thread
    test: str


_opened: list[Opened] = []


@pytest.fixture(scope="session", autouse=True)
def connections_are_noted() -> Iterator[None]:
    make = BaseConnection.__init__

    def noted(self: BaseConnection[Any], *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        _opened.append(Opened(ref(self), current_thread(), test))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseConnection, "__init__", noted)
        yield


@pytest.fixture(autouse=True)
def no_connection_is_left_open() -> Iterator[None]:
    yield
    left = left_open()
    assert not left, f"opened in threads that ended without closing them: {left}"


def left_open() -> list[str]:
    """Close what threads left that have ended; return for each connection its thread, and in which test it was opened."""
    left, stay = [], []
    for opened in _opened:
        connection = opened.connection()
        if connection is None or connection.closed:
            continue
        if opened.thread.is_alive():
            stay.append(opened)
        else:
            connection.pgconn.finish()
            left.append(f"{opened.thread.name}, {opened.test}")
    _opened[:] = stay
    return left
