"""Room for deep calls: Python keeps the frames of calls in pieces of 16 KB that it gets from the system and
gives back. Where a page happens to run at the end of a piece, each call from there gets one and gives it
back: two thousand times in a list, a third of its time (docs/decisions/0183)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

# A frame that is said to need so much has a piece of 256 KB, of which the other half is left to what it calls.
SLOTS = 17_000  # of 8 bytes

P = ParamSpec("P")
R = TypeVar("R")


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """Return ``call`` with room in one piece for all that it calls in turn."""

    @wraps(call)
    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    made: Any = roomy
    made.__code__ = made.__code__.replace(co_stacksize=SLOTS)
    return roomy
