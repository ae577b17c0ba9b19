"""A line without a network: each number does what its last digits say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from expertpool.telephone.channels.line import Kind, LineDown, Sign

SHORT = b"\x10\x20" * 400  # a twentieth of a second
RING, TAKE = Sign(Kind.RINGING), Sign(Kind.ANSWERED)


def over(words: str) -> Sign:
    return Sign(Kind.ENDED, words)


# What follows once it was dialled; of a key, once so many pieces of sound were begun.
HAPPENS: dict[str, list[Sign]] = {
    "01": [RING, TAKE, *(Sign(Kind.KEY, key) for key in "11")],
    "02": [RING, TAKE, *(Sign(Kind.KEY, key) for key in "22")],
    "03": [RING, TAKE, *(Sign(Kind.KEY, key) for key in "3111")],
    "04": [RING, TAKE, *(Sign(Kind.KEY, key) for key in "1222")],
    "10": [RING, TAKE],
    "11": [RING, TAKE, over("Connection reset by peer [104]")],
    "12": [TAKE, Sign(Kind.KEY, "1"), over("Connection reset by peer [104]")],
    "20": [RING, over("486 Busy Here")],
    "21": [RING],
    "22": [RING, over("603 Decline")],
    "23": [over("480 Temporarily Unavailable,Q.850;cause=20")],
    "24": [over("404 Not Found")],
    "25": [over("503 Service Unavailable")],
    "26": [over("403 Forbidden")],
    "27": [],
}


@dataclass
class LoopLeg:
    number: str
    signs: asyncio.Queue[Sign] = field(default_factory=asyncio.Queue)
    said: bytearray = field(default_factory=bytearray)
    hung_up: bool = False
    keys: list[Sign] = field(default_factory=list)

    def say(self, sound: bytes, /) -> int:
        self.said += sound
        if self.keys and sound:
            self.signs.put_nowait(self.keys.pop(0))
        return len(sound)

    async def hush(self) -> None:
        pass

    def heard(self) -> bytes:
        return b"\x01\x02" * 20

    async def hang_up(self) -> None:
        self.hung_up = True


class LoopLine:
    def __init__(self, *, works: bool = True) -> None:
        self.lost, self.dialled = asyncio.Event(), asyncio.Event()
        self.legs: list[LoopLeg] = []
        self.works = works

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def dial(self, number: str) -> LoopLeg:
        if not self.works:
            raise LineDown("线路没有打开")
        leg = LoopLeg(number)
        for sign in HAPPENS.get(number[-2:], HAPPENS["10"]):
            if sign.kind is Kind.KEY or leg.keys:
                leg.keys.append(sign)
            else:
                leg.signs.put_nowait(sign)
        self.legs.append(leg)
        self.dialled.set()
        return leg
