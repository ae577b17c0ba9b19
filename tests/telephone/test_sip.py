"""Calls over SIP to telephones of SIPp: behaviours told apart, keys heard, the prompt proved in the sound that arrived."""

from __future__ import annotations

import asyncio
import math
import random
import socket
import threading
import time
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.voice.settings import RINGS
from expertpool.notifications.enums import Decision
from expertpool.telephone.channels.line import RATE, SECOND
from expertpool.telephone.channels.sip import SipLine, Trunk
from expertpool.telephone.channels.tape import Tape
from expertpool.telephone.enums import Outcome
from expertpool.telephone.services import talking
from expertpool.telephone.services.agent import Agent
from expertpool.telephone.services.calls import Taken
from tests.telephone.phones import phones
from tests.worker import run_async

pytestmark = [pytest.mark.usefixtures("programs"), pytest.mark.timeout(300)]

ENDS = {
    "01": Outcome.YES,
    "02": Outcome.NO,
    "03": Outcome.YES,
    "10": Outcome.NO_KEY,
    "11": Outcome.HUNG_UP,
    "20": Outcome.BUSY,
    "21": Outcome.NO_ANSWER,
    "22": Outcome.REJECTED,
    "23": Outcome.OFF,
    "24": Outcome.BAD_NUMBER,
    "25": Outcome.CONGESTED,
    "26": Outcome.REFUSED,
    "27": Outcome.DOWN,
    "28": Outcome.YES,
    "29": Outcome.BUSY,
    "30": Outcome.NO_KEY,
    "31": Outcome.BUSY,
}


def noise(seconds: float, seed: int) -> bytes:
    """Return sound that is like nothing else, within what a telephone carries."""
    known = random.Random(seed)
    tones = [(known.uniform(300, 3000), known.uniform(0, 6)) for _ in range(12)]
    samples = [
        int(sum(1500 * math.sin(2 * math.pi * hertz * at / RATE + phase) for hertz, phase in tones))
        for at in range(int(seconds * RATE))
    ]
    return array("h", samples).tobytes()


class Noise:
    prompt, short = noise(2.0, 1), noise(0.3, 2)

    def sentence(self, name: str, words: str) -> bytes:
        return self.short

    def text(self, words: str) -> bytes:
        return self.prompt


@pytest.fixture
def sound() -> Iterator[tuple[int, list[bytes]]]:
    """Return a port, and the packets that come there."""
    packets: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        taker.settimeout(0.2)
        over = threading.Event()

        def take() -> None:
            while not over.is_set():
                try:
                    packets.append(taker.recv(2000))
                except TimeoutError:
                    continue

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield taker.getsockname()[1], packets
        finally:
            over.set()
            thread.join()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Asked:
    """Stands for the database."""

    def __init__(self) -> None:
        self.pressed: dict[int, Decision] = {}

    async def __call__(self, function: Any, /, *values: Any, **given: Any) -> Any:
        if function is value_of:
            assert values == (RINGS,)
            return 4
        if "decision" in given:
            self.pressed[given["call_id"]] = given["decision"]
        return None


@pytest.mark.shows("OVW-08", "DRAW-40")
def test_behaviours_are_told_apart_and_keys_are_heard_by_many_at_once(
    tmp_path: Path, sound: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "WAITS", 1.5)
    monkeypatch.setattr(talking, "ROUNDS", 1)
    capture, packets = sound
    port = free_port()
    numbers = [f"138001380{ends}" for ends in ENDS] + ["13800138001"] * 10 + ["13800138002"] * 10
    asked, tapes = Asked(), [Tape() for _ in numbers]
    trunk = Trunk(f"127.0.0.1:{port}", "02788886666", "", "", False, "udp", 60, "127.0.0.1")

    async def work() -> list[tuple[Outcome, str]]:
        line = SipLine(trunk)
        agent = Agent(line, Noise(), name="a", ask=asked)  # type: ignore[arg-type]
        await line.open()
        try:
            return await asyncio.gather(
                *(_one(agent, at, number, tapes[at]) for at, number in enumerate(numbers))
            )
        finally:
            await line.close()

    with phones(tmp_path, port=port, capture=capture, calls=len(numbers), seconds=60):
        time.sleep(0.5)
        ends = run_async(work())
    found = {number[-2:]: outcome for number, (outcome, _) in zip(numbers, ends, strict=True)}
    assert found == ENDS, (ends, (tmp_path / "sipp.log").read_text()[-2000:])
    assert [outcome for outcome, _ in ends[len(ENDS) :]] == [Outcome.YES] * 10 + [Outcome.NO] * 10
    for at, (outcome, _) in enumerate(ends):
        wanted = Decision(outcome) if outcome in (Outcome.YES, Outcome.NO) else None
        assert asked.pressed.get(at) == wanted
    _prompt_arrived(packets)


async def _one(agent: Agent, at: int, number: str, tape: Tape) -> tuple[Outcome, str]:
    task = asyncio.current_task()
    assert task is not None
    agent._running[at] = (task, None)  # type: ignore[assignment]
    return await agent._talk(Taken(at, number, "", is_asking=True), tape)


def _prompt_arrived(packets: list[bytes]) -> None:
    """That what the telephone got is what was said: most alike where it begins, and nothing missing."""
    voice = [one[12:] for one in packets if one[1] & 0x7F == 8]
    heard = array("h", [LAW[byte] for one in voice for byte in one])
    said = array("h", Noise.prompt)
    best = max(alike(said, heard, at) for at in _begins(heard))
    assert best > 0.98, (len(heard), best)
    gaps = [(int.from_bytes(b[2:4]) - int.from_bytes(a[2:4])) % 65536 for a, b in pairwise(packets)]
    assert set(gaps) == {1}


def _begins(heard: array[int]) -> range:
    loud = next(at for at, one in enumerate(heard) if abs(one) > 200)
    # The notice of the recording comes before it.
    after = loud + len(Noise.short) // 2
    return range(max(after - 800, 0), min(after + 800, len(heard) - len(Noise.prompt) // 2))


def alike(said: array[int], heard: array[int], at: int) -> float:
    part = heard[at : at + len(said) : 7]
    own = said[::7]
    both = sum(a * b for a, b in zip(own, part, strict=False))
    return both / math.sqrt(sum(a * a for a in own) * sum(b * b for b in part) or 1)


def _linear(byte: int) -> int:
    """Return the sample that ``byte`` of A-law stands for."""
    byte ^= 0x55
    sample = (byte & 0x0F) << 4
    segment = (byte & 0x70) >> 4
    sample = sample + 8 if segment == 0 else (sample + 0x108) << (segment - 1)
    return sample if byte & 0x80 else -sample


LAW = [_linear(byte) for byte in range(256)]


def test_the_noise_is_as_long_as_it_says() -> None:
    assert len(Noise.prompt) == 2 * SECOND
