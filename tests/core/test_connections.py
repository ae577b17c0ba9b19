"""A connection that is asked by a thread while its owner goes on."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection


def driver() -> Any:
    connection.ensure_connection()
    return connection.connection


def test_who_asks_next_waits_for_what_is_asked_meanwhile(db: None) -> None:
    """Also between two questions of the thread: both are done, and in one transaction."""
    asked, may_go_on, order = driver(), Event(), list[str]()

    def work() -> None:
        asked.execute("CREATE TEMP TABLE meanwhile (n int) ON COMMIT DROP")
        assert may_go_on.wait(10)
        asked.execute("INSERT INTO meanwhile VALUES (7)")
        order.append("thread")

    asked.meanwhile(work)
    order.append("owner")
    may_go_on.set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM meanwhile")
        assert cursor.fetchall() == [(7,)]
    assert order == ["owner", "thread"]


def test_who_asks_next_gets_the_error_of_what_was_asked_meanwhile(db: None) -> None:
    asked, point = driver(), connection.savepoint()
    asked.meanwhile(lambda: asked.execute("INSERT INTO core_importrun (id) VALUES (1)"))
    with pytest.raises(IntegrityError):
        connection.savepoint_commit(point)
    connection.savepoint_rollback(point)  # told once
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
