"""What was seen waits in this process and is written in batches, by a thread of its own.

Nothing is written, nor asked of the database, while a page is answered: a visit costs one entry in a queue
(docs/decisions/0373). What a process that is killed had not written yet, a few seconds, is lost.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter, deque
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from expertpool.monitoring.services.recording import Noted, write_seen

SECONDS = 5.0  # between two batches
TRIES = 3
AWAY = (OperationalError, InterfaceError)
MOST = 20_000  # that wait: while the database is away for long, the newest are lost rather than the memory

logger = logging.getLogger(__name__)


class Buffer:
    """A queue that any thread adds to, and one empties."""

    def __init__(self) -> None:
        self._waiting: deque[Noted] = deque()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failed = 0  # times, one after the other

    def add(self, seen: Noted) -> None:
        if len(self._waiting) < MOST:
            self._waiting.append(seen)
        if self._thread is None and settings.MONITORING_BACKGROUND:
            self._start()

    def flush(self) -> int:
        """Write what waits; return how much that was. What could not be written waits on; after `TRIES` each is written
        for itself, and what the database refuses, rather than being away, is dropped."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        if not taken:
            return 0
        try:
            if self._failed < TRIES:
                write_seen(taken)
                written = len(taken)
            else:
                written = _write_each(taken)
        except BaseException:
            self._failed += 1
            self._waiting.extendleft(reversed(taken))
            raise
        self._failed = 0
        return written

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            # With the process it ends; at an orderly end the rest is written before.
            self._thread = threading.Thread(target=self._go_on, name="monitoring", daemon=True)
            self._thread.start()
            atexit.register(self.close)

    def _go_on(self) -> None:
        pause: Any = threading.Event()
        while True:
            pause.wait(SECONDS)
            self._end()

    def _end(self) -> None:
        try:
            self.flush()
        except Exception:
            logger.exception("visits could not be written, and wait")
        finally:
            connection.close()

    def close(self) -> None:
        """Write what waits, at the end of the process: where the database went before, it is lost."""
        try:
            self.flush()
        except AWAY:
            logger.info("the database is gone: %s visits are not written", len(self._waiting))
        except Exception:
            logger.exception("the last visits could not be written")
        finally:
            connection.close()


def _write_each(taken: list[Noted]) -> int:
    """Write each of ``taken`` for itself and drop what is refused; return how many were written. What is left when the
    database goes away meanwhile stays in ``taken``, alone."""
    refused, written = Counter[str](), 0
    while taken:
        try:
            write_seen(taken[:1])
            written += 1
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, it holds up the others)
            refused[type(error).__name__] += 1
        del taken[0]
    if refused:
        # Not what it was: who opened which page stands in no log of the service.
        logger.error("visits were refused and dropped: %s", dict(refused))
    return written


BUFFER = Buffer()
