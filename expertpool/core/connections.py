"""Connections of psycopg that end when their server has stopped answering.

A server that is frozen, or a machine that lost its power, closes nothing: whoever waits for its answer
waits for ever, and statement time-outs are the server's own. So whoever has waited in silence asks
whether anybody is there who takes connections. A long question of a server that is well goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from threading import Event, RLock, Thread
from typing import Any

from psycopg import AsyncConnection, Connection, OperationalError, pq
from psycopg.conninfo import make_conninfo

CONNECT_SECONDS = 5  # for a connection; also for the question
SILENT_SECONDS = 10.0  # without a byte of an answer
GONE = "the database has stopped answering"


class WatchedConnection(Connection[Any]):
    """A connection of pages and jobs. ``plans``: what its server keeps a plan of (`core.prepared.ask_often`), by which
    name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plans: dict[str, str] = {}
        # Of the driver, which asks nothing without it. Held by the thread of `meanwhile` over several questions.
        self.lock = RLock()  # type: ignore[assignment]
        self._failed: BaseException | None = None  # of `meanwhile`

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Let a thread ask this connection by ``work``, past Django, while we go on. Whoever asks it next waits until that
        is done, and gets the error with which it ended."""
        begun = Event()

        def run() -> None:
            with self.lock:
                begun.set()
                try:
                    work()
                except BaseException as error:  # noqa: BLE001 (raised to whoever asks next)
                    self._failed = error

        Thread(target=run, name="meanwhile").start()
        begun.wait()

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        failed, self._failed = self._failed, None
        if failed:
            raise failed
        return super().wait(_watched(gen, self), *args, **options)


class WatchedAsyncConnection(AsyncConnection[Any]):
    """A connection of the queue. The question holds up its loop: the queue can do nothing then anyway."""

    async def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        return await super().wait(_watched(gen, self), *args, **options)


def _watched(
    gen: Generator[Any, Any, Any], connection: Connection[Any] | AsyncConnection[Any]
) -> Generator[Any, Any, Any]:
    """Pass on what ``gen`` waits for; close the connection once nobody is there (OperationalError).

    What waits without having asked anything (LISTEN) may wait for ever.
    """
    server = connection.pgconn
    heard = time.monotonic()
    try:
        waits_for = next(gen)
        while True:
            ready = yield waits_for
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > SILENT_SECONDS:
                if server.transaction_status == pq.TransactionStatus.ACTIVE and not _is_there(
                    connection
                ):
                    server.finish()
                    raise OperationalError(GONE)
                heard = time.monotonic()
            waits_for = gen.send(ready)
    except StopIteration as end:
        return end.value


def _is_there(connection: Connection[Any] | AsyncConnection[Any]) -> bool:
    """Tell whether the server of ``connection``, and no other of its address, takes connections or says
    why not."""
    info = connection.info
    place: dict[str, str | int] = {"host": info.host, "port": info.port}
    if info.hostaddr:
        place["hostaddr"] = info.hostaddr
    address = make_conninfo(
        info.dsn, **place, target_session_attrs="any", connect_timeout=CONNECT_SECONDS
    )
    return pq.PGconn.ping(address.encode()) in (pq.Ping.OK, pq.Ping.REJECT)
