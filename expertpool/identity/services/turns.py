"""Few ask the directory at once, and for a while after it was silent nobody does: whoever waits for it holds a thread of the
server, and there are as many of these as people who may be answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from expertpool.identity.exceptions import ProviderFailed
from expertpool.identity.services.directory import SILENT, Line, Place, Silent

AT_ONCE = 6
WAITING = 0.5  # seconds for one's turn; a directory that answers gives hundreds of turns in that
PAUSE = 10.0  # seconds after a silence in which nobody is asked for
BUSY = "同时登录的人太多，请稍候再试。"

_few = threading.BoundedSemaphore(AT_ONCE)
_lock = threading.Lock()
_silent: dict[Place, float] = {}  # the place that was silent → until when


@contextmanager
def turn_at(place: Place) -> Iterator[Line]:
    """Give a `Line` to ``place``, once it is one's turn. Raises ProviderFailed, as it does; soon, where all turns are taken, or
    where the place was silent a moment ago: then one finds out every ten seconds whether it still is."""
    if not _few.acquire(timeout=WAITING):
        raise ProviderFailed(BUSY)
    try:
        _check_may_ask(place)
        try:
            with Line(place) as line:
                yield line
        except Silent:
            _note(place)
            raise
        _silent.pop(place, None)
    finally:
        _few.release()


def forget_silences() -> None:
    _silent.clear()


def _check_may_ask(place: Place) -> None:
    with _lock:
        if (until := _silent.get(place)) is None:
            return
        if time.monotonic() < until:
            raise ProviderFailed(SILENT)
        _silent[place] = time.monotonic() + PAUSE  # whoever comes here finds out


def _note(place: Place) -> None:
    with _lock:
        _silent.clear()  # of one place: who tries many fills nothing
        _silent[place] = time.monotonic() + PAUSE
