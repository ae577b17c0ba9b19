"""A question whose asker has left is not answered to the end: the database is told to stop.

The server notices that a connection is closed while its request is in work; one thread looks each
moment who has left, and cancels the statement that runs for him. Only of what is asked (GET, and the few forms
and endpoints that only ask: `core.client.only_asks`): what somebody has sent off he wants done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from expertpool.core.client import HAS_LEFT, is_asking, only_reads

SECONDS = 0.5  # between two looks

logger = logging.getLogger(__name__)


class Watch:
    """Who waits for what the database does for him."""

    def __init__(self) -> None:
        # Held while cancelling: a connection that went on to the next request is never met.
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[Callable[[], bool], Any]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def of(self, has_left: Callable[[], bool], database: Any) -> Iterator[None]:
        """Cancel what runs on ``database`` inside the block once ``has_left`` says so."""
        with self._lock:
            self._waiting[id(database)] = (has_left, database)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._waiting[id(database)]

    def _look(self) -> None:
        while True:
            time.sleep(SECONDS)
            with self._lock:
                for has_left, database in self._waiting.values():
                    if has_left():
                        _cancel(database.connection)


WATCH = Watch()


def stop_for_who_left(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        has_left = request.META.get(HAS_LEFT)
        if has_left is None:
            return get_response(request)
        asks = _only_asks(request)
        # The object behind the name: each thread has its own.
        database = connection._connections[connection._alias]  # type: ignore[attr-defined]
        # Of an endpoint that is known only once it was found (`core.api.rights`).
        with WATCH.of(lambda: (asks or is_asking(request)) and has_left(), database):
            return get_response(request)

    return answer


def _only_asks(request: HttpRequest) -> bool:
    if only_reads(request):
        return True
    try:
        return getattr(resolve(request.path_info).func, "only_asks", False)
    except Resolver404:
        return False


def _cancel(opened: psycopg.Connection | None) -> None:
    if opened is not None:
        with suppress(psycopg.Error):  # closed meanwhile
            opened.cancel_safe(timeout=2)
