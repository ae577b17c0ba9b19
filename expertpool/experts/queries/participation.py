"""How often an expert took part. The app above that knows fills the slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Counter = Callable[[], Mapping[int, int]]

_counters: list[Counter] = []


def register_participation_counter(counter: Counter) -> None:
    """Let ``counter`` say how many invitations each expert (by id) accepted; called in
    ``apps.ready()`` of one app above. The last one registered counts."""
    _counters[:] = [counter]


def participation_counts() -> Mapping[int, int]:
    """Return the number of accepted invitations by expert id; experts without one are left out."""
    return _counters[0]() if _counters else {}
