"""Calls over SIP to telephones of SIPp: behaviours told apart, keys heard, the prompt proved in the sound that arrived."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.voice.settings import RINGS
from expertpool.notifications.enums import Decision
from expertpool.telephone.channels.line import SECOND
from expertpool.telephone.channels.sip import SipLine, Trunk
from expertpool.telephone.channels.tape import Tape
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.queries import office_sentences
from expertpool.telephone.services import talking
from expertpool.telephone.services.agent import Agent, Running
from expertpool.telephone.services.calls import Taken
from tests.telephone.phones import EARLY, SPOKEN_TO, phones
from tests.telephone.sound import (
    LOUD,
    ears,
    free_port,
    lost,
    noise,
    samples_of,
    voices,
    where,
)
from tests.worker import run_async

pytestmark = [pytest.mark.usefixtures("programs"), pytest.mark.timeout(300)]

ENDS = {
    "01": CallOutcome.YES,
    "02": CallOutcome.NO,
    "03": CallOutcome.YES,
    "10": CallOutcome.NO_KEY,
    "11": CallOutcome.HUNG_UP,
    "20": CallOutcome.BUSY,
    "21": CallOutcome.NO_ANSWER,
    "22": CallOutcome.REJECTED,
    "23": CallOutcome.OFF,
    "24": CallOutcome.BAD_NUMBER,
    "25": CallOutcome.CONGESTED,
    "26": CallOutcome.REFUSED,
    "27": CallOutcome.DOWN,
    "28": CallOutcome.YES,
    "29": CallOutcome.BUSY,
    "31": CallOutcome.BUSY,
}


class Noise:
    prompt, short = noise(2.0, 1), noise(0.3, 2)

    def sentence(self, name: str, words: str) -> bytes:
        return self.short

    def text(self, words: str) -> bytes:
        return self.prompt


# What each of them must have heard of the prompt, and between which seconds after the first sound it began: the notice of the
# recording comes before it. Who presses a key or hangs up after a second hears its beginning; who presses 3, all of it again.
SOON = (0.2, 0.4)
HEARS = {
    **dict.fromkeys(("01", "02", "28"), (Noise.prompt[: SECOND // 2], SOON)),
    "03": (Noise.prompt, (0.7, 1.7)),
    "10": (Noise.prompt, SOON),
    "11": (Noise.prompt[: SECOND // 8], SOON),
}


class Asked:
    """Stands for the database."""

    def __init__(self) -> None:
        self.pressed: dict[int, Decision] = {}

    async def __call__(self, function: Any, /, *values: Any, **given: Any) -> Any:
        if function is value_of:
            assert values == (RINGS,)
            return 4
        if function is office_sentences:
            return {}
        if "decision" in given:
            self.pressed[given["call_id"]] = given["decision"]
        return None


@pytest.mark.shows("OVW-08", "DRAW-40")
def test_behaviours_are_told_apart_and_keys_are_heard_by_many_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "WAITS", 1.5)
    monkeypatch.setattr(talking, "ROUNDS", 1)
    port = free_port()
    numbers = [f"138001380{ends}" for ends in ENDS] + ["13800138001"] * 10 + ["13800138002"] * 10
    asked, tapes = Asked(), [Tape() for _ in numbers]
    trunk = Trunk(f"127.0.0.1:{port}", "02788886666", "", "", False, "udp", 60, "127.0.0.1")

    async def work() -> list[tuple[CallOutcome, str]]:
        line = SipLine(trunk)
        agent = Agent(line, Noise(), name="a", ask=asked)  # type: ignore[arg-type]
        await line.open()
        try:
            return await asyncio.gather(
                *(_one(agent, at, number, tapes[at]) for at, number in enumerate(numbers))
            )
        finally:
            await line.close()

    with (
        ears(SPOKEN_TO) as (ports, came),
        phones(tmp_path, port=port, capture=ports, calls=len(numbers), seconds=60),
    ):
        time.sleep(0.5)
        ends = run_async(work())
    found = {number[-2:]: outcome for number, (outcome, _) in zip(numbers, ends, strict=True)}
    assert found == ENDS, (ends, (tmp_path / "sipp.log").read_text()[-2000:])
    assert [outcome for outcome, _ in ends[len(ENDS) :]] == [CallOutcome.YES] * 10 + [
        CallOutcome.NO
    ] * 10
    for at, (outcome, _) in enumerate(ends):
        wanted = Decision(outcome) if outcome in (CallOutcome.YES, CallOutcome.NO) else None
        assert asked.pressed.get(at) == wanted
    for number, (part, between) in HEARS.items():
        spoken = voices(came[number])
        assert len(spoken) == sum(one.endswith(number) for one in numbers)
        for voice in spoken:
            _, likeness = where(part, samples_of(voice), between)
            assert likeness > 0.98, (number, len(voice), likeness)
            assert not any(lost(voice)), number
    # What a carrier says before is no person: to whom nobody has answered, nothing is said.
    for voice in voices(came[EARLY]):
        assert all(abs(one) < LOUD for one in samples_of(voice))


async def _one(agent: Agent, at: int, number: str, tape: Tape) -> tuple[CallOutcome, str]:
    task = asyncio.current_task()
    assert task is not None
    agent._running[at] = Running(task)  # type: ignore[arg-type]
    return await agent._talk(Taken(at, number, "", is_asking=True), tape)


def test_the_noise_is_as_long_as_it_says() -> None:
    assert len(Noise.prompt) == 2 * SECOND
