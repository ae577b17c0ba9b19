"""Python's search for circles of objects, put off where hundreds of thousands are made that form none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()  # the threads of a process share its collector
_inside = 0


def collect_seldom() -> None:
    """Look for circles as seldom as serves a process that has loaded everything and now works, page by page or job by
    job."""
    # What is loaded stays: 350,000 objects that a full collection need not look at each time. It took 0.2 s out of the
    # middle of some request, of a large draw above all, and takes none now.
    gc.freeze()
    # A page leaves a thousand objects in circles: looked for at each third page, while they are in the processor's
    # cache. Those of twenty together took 20 to 45 ms, in the middle of every twentieth page. What lasts longer is gone
    # through as seldom as if they were looked for each 50,000 objects: a large draw makes millions, and so does an
    # import (docs/decisions/0736).
    gc.set_threshold(5_000, 100, 10)


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
