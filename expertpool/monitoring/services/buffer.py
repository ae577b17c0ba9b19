"""What was seen waits in this process and is written in batches, by a thread of its own.

Nothing is written, nor asked of the database, while a page is answered: a visit costs one entry in a queue
(docs/decisions/0373). What a process that is killed had not written yet, a few seconds, is lost.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from typing import Any

from django.conf import settings
from django.db import connection

from expertpool.monitoring.services.recording import Beat, PublicSeen, Seen, write_seen

SECONDS = 5.0  # between two batches
MOST = 20_000  # that wait: while the database is away for long, the newest are lost rather than the memory

logger = logging.getLogger(__name__)


class Buffer:
    """A queue that any thread adds to, and one empties."""

    def __init__(self) -> None:
        self._waiting: deque[Seen | Beat | PublicSeen] = deque()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, seen: Seen | Beat | PublicSeen) -> None:
        if len(self._waiting) < MOST:
            self._waiting.append(seen)
        if self._thread is None and settings.MONITORING_BACKGROUND:
            self._start()

    def flush(self) -> int:
        """Write what waits; return how much that was. What could not be written waits on."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        if not taken:
            return 0
        try:
            write_seen(taken)
        except BaseException:
            self._waiting.extendleft(reversed(taken))
            raise
        return len(taken)

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            # With the process it ends; at an orderly end the rest is written before.
            self._thread = threading.Thread(target=self._go_on, name="monitoring", daemon=True)
            self._thread.start()
            atexit.register(self._end)

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


BUFFER = Buffer()
