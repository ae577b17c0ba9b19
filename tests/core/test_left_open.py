"""What a thread opened and did not close is told in the test that let it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from tests.left_open import left_open

pytestmark = pytest.mark.django_db


def in_a_thread(work: Callable[[], object], opened: list[Any]) -> Thread:
    def run() -> None:
        connection.ensure_connection()
        opened.append(connection.connection)  # otherwise a collection might come first
        work()

    thread = Thread(target=run)
    thread.start()
    return thread


def close() -> None:
    connection.close()  # of the thread that comes here


def test_whose_thread_ended_without_closing_it_is_told_once() -> None:
    opened: list[Any] = []
    in_a_thread(lambda: None, opened).join(20)
    (told,) = left_open()
    assert "test_whose_thread_ended_without_closing_it_is_told_once" in told
    assert opened[0].closed
    assert left_open() == []


def test_who_closes_it_or_still_uses_it_is_not() -> None:
    closed: list[Any] = []
    in_a_thread(close, closed).join(20)
    used, over = list[Any](), Event()
    thread = in_a_thread(lambda: (over.wait(20), close()), used)
    while not used:
        over.wait(0.01)
    try:
        assert left_open() == []
        assert not used[0].closed
    finally:
        over.set()
        thread.join(20)
    assert left_open() == []
