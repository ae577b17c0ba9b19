"""A worker process ends with 0 when it was told to, and not when it lost what it needs."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat

import pytest
from django.core.management.base import CommandError
from django.db import connection
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from expertpool.core.connector import QueueConnector
from expertpool.core.management.commands import work
from tests.worker import program, wait_for


def listeners() -> int:
    """How many sessions of the application listen for jobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND usename <> current_user"
        )
        return int(cursor.fetchone()[0])


def let_in(anybody: str) -> None:
    with connection._nodb_cursor() as cursor:
        name = connection.settings_dict["NAME"]
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {anybody}")


@pytest.fixture
def open_again(transactional_db: None) -> Iterator[None]:
    yield
    let_in("true")


def nobody_is_let_in() -> None:
    let_in("false")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.usefixtures("open_again")
def test_a_worker_that_cannot_listen_any_more_does_not_end_as_if_it_was_told_to() -> None:
    with program("worker", "deadlines") as worker:
        wait_for(lambda: listeners() >= 2, seconds=120)
        nobody_is_let_in()
        assert worker.wait(30) == os.EX_TEMPFAIL  # it waits for a connection first


@pytest.mark.usefixtures("open_again")
def test_a_worker_waits_for_a_database_that_is_started_again() -> None:
    with program("worker", "deadlines") as worker:
        wait_for(lambda: listeners() >= 2, seconds=120)
        time.sleep(5)  # until it is at rest: a statement that breaks off is another matter
        nobody_is_let_in()
        time.sleep(4)
        let_in("true")
        wait_for(lambda: listeners() >= 2, seconds=30)
        assert worker.poll() is None


@pytest.mark.django_db(transaction=True)
def test_a_statement_of_the_queue_that_broke_off_ends_the_worker() -> None:
    """It may have said that a job is done: nobody says so again while the worker lives."""

    async def break_off() -> bool:
        connector = QueueConnector()
        await connector.open_async()
        await connector.execute_query_async("SELECT 1")
        assert not connector.lost.is_set()
        with pytest.raises(ConnectorException):
            await connector.execute_query_async("SELECT pg_terminate_backend(pg_backend_pid())")
        await connector.close_async()
        return connector.lost.is_set()

    with ThreadPoolExecutor(max_workers=1) as thread:
        assert thread.submit(asyncio.run, break_off()).result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_ends_with_zero() -> None:
    with program("worker", "deadlines") as worker:
        wait_for(lambda: listeners() >= 2, seconds=120)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0


def test_a_worker_that_finds_no_database_ends_as_one_that_lost_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def find_none(*_: object) -> None:
        raise PoolTimeout("pool initialization incomplete")

    monkeypatch.setattr(work, "_work", find_none)
    with ThreadPoolExecutor(max_workers=1) as thread, pytest.raises(CommandError) as ended:
        thread.submit(work.Command().handle, name="deadlines").result(timeout=30)
    assert ended.value.returncode == os.EX_TEMPFAIL


def test_a_clock_that_is_set_back_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue waits for the minute after the last one it saw, which is two hours off."""
    looks: list[None] = []
    monkeypatch.setattr(work, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(work, "_look", lambda: looks.append(None))
    times = chain(repeat(7200.0, 4), repeat(0.0))
    with ThreadPoolExecutor(max_workers=1) as thread:  # a browser may have begun a loop in this one
        thread.submit(asyncio.run, work._watch(lambda: next(times))).result(timeout=30)
    assert len(looks) == 3
