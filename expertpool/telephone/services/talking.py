"""What is said in a call, and what the keys mean: no database, no clock of the wall."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from expertpool.notifications.enums import Decision
from expertpool.telephone.channels.line import SECOND, Kind, Leg, Sign
from expertpool.telephone.channels.tape import Tape
from expertpool.telephone.enums import CallOutcome

AHEAD = 1.0  # seconds of sound given to the line in advance: a busy disk interrupts nobody
TICK = 0.04
ROUNDS = 3  # of the question, for whoever presses nothing
MOST_ROUNDS = 8  # for whoever presses 3 again and again
WAITS = 6.0  # seconds for a key, after the question

KEYS = {"1": Decision.YES, "2": Decision.NO}


@dataclass(frozen=True)
class Words:
    """What a call says, as sound: the message, and the sentences by their names."""

    text: bytes
    sentences: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> bytes:
        return self.sentences.get(name, b"")


class Over(Exception):
    """The call is over. ``sign`` says how."""

    def __init__(self, sign: Sign) -> None:
        super().__init__(sign.kind.name)
        self.sign = sign


class Talk:
    """A call that was answered: speaks, hears keys, keeps both on its tape."""

    def __init__(
        self, leg: Leg, tape: Tape | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._leg, self._tape, self._clock = leg, tape, clock
        self._began = clock()

    async def say(self, sound: bytes, *, listens: bool = True) -> str:
        """Speak; return the key that stopped it, empty where none did."""
        began, given = self._clock(), 0
        try:
            while (elapsed := self._clock() - began) * SECOND < len(sound):
                upto = min(len(sound), int((elapsed + AHEAD) * SECOND) // 2 * 2)
                given += self._leg.say(sound[given:upto])
                key = await self._key(TICK)
                if key and listens:
                    await self._leg.hush()
                    return key
        finally:
            said = int((self._clock() - began) * SECOND) // 2 * 2
            if self._tape:
                self._tape.ours(sound[: min(said, given)], began - self._began)
        return ""

    async def wait_key(self, seconds: float) -> str:
        """Return the next key within ``seconds``; empty where none is pressed."""
        until = self._clock() + seconds
        while self._clock() < until:
            if key := await self._key(TICK):
                return key
        return ""

    async def ask(self, *sounds: bytes) -> str:
        """Speak, one after the other, and return the key that is pressed during it or soon after."""
        for sound in sounds:
            if key := await self.say(sound):
                return key
        return await self.wait_key(WAITS)

    async def _key(self, seconds: float) -> str:
        if (heard := self._leg.heard()) and self._tape:
            self._tape.theirs(heard, self._clock() - self._began)
        try:
            sign = await asyncio.wait_for(self._leg.signs.get(), seconds)
        except TimeoutError:
            return ""
        if sign.kind in (Kind.ENDED, Kind.CALLED_OFF):
            raise Over(sign)
        return sign.said if sign.kind is Kind.KEY else ""


async def question(
    talk: Talk, words: Words, keep: Callable[[Decision], Awaitable[None]]
) -> CallOutcome:
    """Ask for a key until one is confirmed by a second; ``keep`` is waited for before he is thanked."""
    silent, first = 0, words["recorded"]
    for _ in range(MOST_ROUNDS):
        key, first = await talk.ask(first, words.text, words["question"]), b""
        if key in KEYS:
            decision = KEYS[key]
            if await talk.ask(words[f"sure-{decision}"]) == key:
                await keep(decision)
                await talk.say(words[f"thanks-{decision}"], listens=False)
                return CallOutcome(decision)
        elif not key:
            silent += 1
            if silent == ROUNDS:
                break
    await talk.say(words["goodbye"], listens=False)
    return CallOutcome.NO_KEY


async def statement(talk: Talk, words: Words) -> CallOutcome:
    """Say something that wants no answer, twice; a key says it again once more."""
    await talk.say(words["recorded"], listens=False)
    for _ in range(2):
        await talk.say(words.text)
    await talk.say(words["closing"], listens=False)
    return CallOutcome.HEARD
