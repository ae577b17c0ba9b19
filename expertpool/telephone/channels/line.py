"""A line as the agent knows it. Whoever carries the calls is behind these few words (docs/decisions/0277)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

RATE = 8000  # samples a second, of 16 bits, one channel
SECOND = RATE * 2  # bytes


class Kind(Enum):
    RINGING = auto()
    ANSWERED = auto()
    KEY = auto()
    ENDED = auto()
    CALLED_OFF = auto()  # by us: nobody wants the call any more


@dataclass(frozen=True)
class Sign:
    """What happens in a call. ``said``: the key, or how the other side called the end."""

    kind: Kind
    said: str = ""


class Leg(Protocol):
    """One call. ``say`` takes what fits and returns how many bytes that was; ``heard`` returns what has come since
    it was asked last; neither waits. ``hush`` takes back what was not said yet, and returns once that is done: what is said
    next is heard from its beginning. None raises once the call is over."""

    signs: asyncio.Queue[Sign]

    def say(self, sound: bytes, /) -> int: ...
    async def hush(self) -> None: ...
    def heard(self) -> bytes: ...
    async def hang_up(self) -> None: ...


class LineDown(Exception):
    """No call can be made; the words say why."""


class Line(Protocol):
    """``lost`` is set when it can carry nothing any more: the process has to begin anew."""

    lost: asyncio.Event

    async def open(self) -> None: ...
    async def dial(self, number: str) -> Leg: ...
    async def close(self) -> None: ...
