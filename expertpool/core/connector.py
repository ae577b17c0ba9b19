"""How the worker's queue reaches the database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from procrastinate.connector import Notify
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

from expertpool.core.connections import CONNECT_SECONDS, WatchedAsyncConnection

AWAY_SECONDS = 10  # a server that is started again is back by then
BETWEEN_SECONDS = 0.5
LEAVING_SECONDS = 1.0


class QueueConnector(PsycopgConnector):
    """The queue's connections. A server that is started again is waited for; ``lost`` is set once it has
    been away for too long, or a statement broke off: what it said of a job in hand nobody would say
    again as long as this process lives."""

    def __init__(self) -> None:
        super().__init__(
            kwargs=connector_params(),
            connection_class=WatchedAsyncConnection,
            timeout=AWAY_SECONDS,
        )
        self.lost = asyncio.Event()

    def wait_no_longer(self) -> None:
        """Let what is still to be said of jobs in hand be said if the server is there, and else be left."""
        self.pool.timeout = LEAVING_SECONDS

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        give_up = time.monotonic() + AWAY_SECONDS
        while True:
            began = time.monotonic()
            try:
                await super().listen_notify(on_notification, channels)
            except ConnectorException:
                now = time.monotonic()
                if now - began > CONNECT_SECONDS + 1:  # it had listened meanwhile
                    give_up = now + AWAY_SECONDS
                if now > give_up:
                    self.lost.set()
                    raise
                await asyncio.sleep(BETWEEN_SECONDS)

    @asynccontextmanager
    async def _get_cursor(self, *arguments: Any, **options: Any) -> AsyncIterator[Any]:
        try:
            async with super()._get_cursor(*arguments, **options) as cursor:
                yield cursor
        except psycopg.OperationalError:
            self.lost.set()
            raise
