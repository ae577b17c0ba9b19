"""Orders that a process keeps are shared by its threads: they may come at the same moment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

import vdraw
from expertpool.draws.services import state

THREADS, TURNS = 8, 3000


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Few are kept, and threads change places all the time."""
    monkeypatch.setattr(state, "_orders", type(state._orders)())
    monkeypatch.setattr(state, "_KEPT_CANDIDATES", 50)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def keep_and_read(thread: int) -> None:
    order: Any = SimpleNamespace(ranking=range(7))
    for turn in range(TURNS):
        draw: Any = SimpleNamespace(
            pk=(thread * TURNS + turn) % 20, seal="s", seed="x", revealed=()
        )
        state.keep_order(draw, order)
        assert state.load_order(draw) is not None


def all_at_once(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    # What is kept no more would be made anew: here it only has to be told that it is not there.
    monkeypatch.setattr(state, "of_draw", lambda pk: nullcontext())
    monkeypatch.setattr(state, "load_sealed", lambda draw: None)
    made: Any = SimpleNamespace(ranking=range(7), seed="x")
    monkeypatch.setattr(vdraw, "order_candidates", lambda *given: made)
    with ThreadPoolExecutor(THREADS) as pool:
        runs = [pool.submit(keep_and_read, thread) for thread in range(THREADS)]
        return [run.exception() for run in runs]


@pytest.mark.race
def test_threads_keep_and_read_orders_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all_at_once(monkeypatch) == [None] * THREADS
    assert state._kept() <= 50 + 7


@pytest.mark.race
def test_without_the_lock_they_would_get_in_each_others_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control."""
    monkeypatch.setattr(state, "_orders_lock", nullcontext())
    assert any(all_at_once(monkeypatch))
