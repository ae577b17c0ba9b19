"""Facts that lower apps announce and upper apps receive, in the publisher's transaction.

An event is a frozen dataclass of ids. Receivers run at once, in the order of registration; slow
or fallible work is deferred as a job by the receiver, so it too commits or vanishes with the fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")

_receivers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type[Event], receiver: Callable[[Event], None]) -> None:
    """Call ``receiver`` for each ``event_type``; subscribing it twice changes nothing."""
    if receiver not in _receivers[event_type]:
        _receivers[event_type].append(receiver)


def publish(event: object) -> None:
    """Hand ``event`` to all its receivers; an error in one undoes the whole transaction."""
    for receiver in _receivers[type(event)]:
        receiver(event)
