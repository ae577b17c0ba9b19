"""Python's search for circles of objects, put off where hundreds of thousands are made that form none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()  # the threads of a process share its collector
_inside = 0


@contextmanager
def without_collections() -> Iterator[None]:
    """Look for circles only after the block, in any thread: its rows are gone through fifty times else, for
    nothing. For what takes seconds at most, and keeps few of the rows it made."""
    global _inside  # noqa: PLW0603 (the collector is the process's)
    with _lock:
        _inside += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                gc.enable()
