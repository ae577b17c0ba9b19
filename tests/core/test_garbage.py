"""Circles of objects are looked for again once the last block that put it off is over, however it ended."""

from __future__ import annotations

import gc
from threading import Event, Thread

import pytest

from expertpool.core.garbage import without_collections


def test_it_goes_on_after_a_block_that_failed() -> None:
    with pytest.raises(StopIteration), without_collections():
        next(iter(()))
    assert gc.isenabled()


def test_the_block_of_another_thread_is_waited_for() -> None:
    begun, over = Event(), Event()

    def other() -> None:
        with without_collections():
            begun.set()
            over.wait(10)

    thread = Thread(target=other)
    with without_collections():
        assert not gc.isenabled()
        thread.start()
        assert begun.wait(10)
    assert not gc.isenabled()
    over.set()
    thread.join(10)
    assert gc.isenabled()
