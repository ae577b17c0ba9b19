"""A database that is there and answers nothing holds up nobody for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from django.db import connections

from config.database import database_settings
from config.engine.base import DatabaseWrapper
from config.postgres import DATABASE, SUPERUSER, EmbeddedServer
from expertpool.core import connections as engine
from expertpool.core.connections import WatchedAsyncConnection
from tests.torture.product import frozen


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with TemporaryDirectory(prefix="expertpool-test-") as name:
        Path(name).chmod(0o755)
        server = EmbeddedServer(Path(name) / "home", durable=False)
        with server.running():
            yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 2)


def params(server: EmbeddedServer) -> dict[str, Any]:
    """How the product reaches ``server``."""
    place = {"NAME": DATABASE, "USER": SUPERUSER, "HOST": str(server.socket_dir), "PORT": "5432"}
    given = connections["default"].settings_dict | database_settings() | place
    found: dict[str, Any] = DatabaseWrapper(given).get_connection_params()
    return found | {"connect_timeout": 2}


def connect(server: EmbeddedServer) -> psycopg.Connection[Any]:
    """A connection as pages and jobs have it."""
    opened: psycopg.Connection[Any] = DatabaseWrapper.Database.connect(
        **params(server), autocommit=True
    )
    return opened


def seconds_until_refused(ask: Callable[[], Any]) -> float:
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        ask()
    return time.monotonic() - began


@pytest.mark.timeout(60)
def test_who_waits_for_a_frozen_database_is_told(server: EmbeddedServer) -> None:
    opened = connect(server)
    with frozen(server.home):
        assert seconds_until_refused(lambda: opened.execute("SELECT 1")) < 15
        assert opened.closed
        # Nor does a new connection wait for it.
        assert seconds_until_refused(lambda: connect(server)) < 15
    with connect(server) as again:  # once it is back it serves as ever
        again.execute("SELECT 1")


@pytest.mark.timeout(60)
def test_the_queue_is_told_as_well(server: EmbeddedServer) -> None:
    given = params(server)
    plain = {key: given[key] for key in given.keys() - {"cursor_factory", "context"}}

    async def ask() -> None:
        async with await WatchedAsyncConnection.connect(**plain) as opened:
            with frozen(server.home):
                await opened.execute("SELECT 1")

    assert seconds_until_refused(lambda: asyncio.run(ask())) < 15


@pytest.mark.timeout(60)
def test_a_long_question_of_a_server_that_is_well_goes_on(server: EmbeddedServer) -> None:
    with connect(server) as opened:
        assert opened.execute("SELECT 1 FROM pg_sleep(3)").fetchall() == [(1,)]


@pytest.mark.timeout(60)
def test_who_listens_expects_silence(server: EmbeddedServer) -> None:
    with connect(server) as opened:
        opened.execute("LISTEN anything")
        with frozen(server.home):
            assert list(opened.notifies(timeout=2.5)) == []
