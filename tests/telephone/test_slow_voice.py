"""A voice that takes its time holds up nobody but whom it speaks to."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Attempt, Message
from expertpool.notifications.services.delivery import cancel_messages, dead_after
from expertpool.telephone.channels.line import SECOND
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.models import Call
from expertpool.telephone.services import agent as agents
from expertpool.telephone.services.agent import Agent, in_thread
from tests.factories.siteconfig import configure
from tests.telephone.loopback import SHORT, LoopLine
from tests.telephone.test_agent import ABOUT, letter, line_chosen  # noqa: F401 - a fixture
from tests.worker import run_async

# The agent's own threads, as it is started: each has a connection of its own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
# More than the threads that a loop has as it comes.
MANY = (os.cpu_count() or 1) + 6
LONG = bytes(60 * SECOND)


@pytest.fixture(autouse=True)
def no_thread_keeps_a_connection(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """They end with the loop of a test, those of the program with it."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)


class Slow:
    """Speaks the first text at once, the others when it may go on."""

    def __init__(self) -> None:
        self.goes_on, self._is_first = threading.Event(), True

    def sentence(self, name: str, words: str) -> bytes:
        return SHORT

    def text(self, words: str) -> bytes:
        if self._is_first:
            self._is_first = False
            return LONG
        assert self.goes_on.wait(60)
        return SHORT


def run(
    line: LoopLine, speaker: Slow, meanwhile: Callable[[asyncio.Event], Awaitable[None]]
) -> None:
    async def work() -> None:
        stop = asyncio.Event()
        agent = Agent(line, speaker, name="a")  # type: ignore[arg-type]
        running = asyncio.create_task(agent.run(stop))
        try:
            await meanwhile(stop)
        finally:
            speaker.goes_on.set()
            stop.set()
            await running

    run_async(work())


async def until(holds: Callable[[], bool], seconds: float = 20.0) -> float:
    """Return how long it took."""
    began = time.monotonic()
    while not await in_thread(holds):
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.shows("DRAW-40")
def test_who_talks_is_looked_after_while_others_are_spoken_to_slowly() -> None:
    """His call was said to live by a thread that waited behind the voice: he was taken for lost after half a minute and
    called again, and one that nobody wanted any more went on."""
    configure(voice.LINES, 60)
    first, line, speaker = letter("13800138010", key="first"), LoopLine(), Slow()

    async def meanwhile(stop: asyncio.Event) -> None:
        await line.dialled.wait()
        for number in range(MANY):
            await in_thread(letter, f"1380013{number:02}01", key=str(number))
        await until(lambda: Call.objects.count() == 1 + agents.VOICES)
        await asyncio.sleep(1)
        # No more are taken than are spoken to: they would be taken for dead before they are called.
        assert await in_thread(Call.objects.count) == 1 + agents.VOICES
        now = timezone.now()
        await until(lambda: not Call.objects.filter(ended_at=None, seen_at__lt=now).exists(), 5)
        off = Attempt.objects.filter(message=first)
        await in_thread(off.update, called_off=True)
        began = time.monotonic()
        while not line.legs[0].hung_up:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.05)
        speaker.goes_on.set()
        waits = Message.objects.filter(state__in=("queued", "sending"))
        await until(lambda: not waits.exists(), 60)

    run(line, speaker, meanwhile)
    assert len(line.legs) == 1 + MANY
    assert not Call.objects.filter(outcome=CallOutcome.INTERRUPTED).exists()


def test_who_answers_while_his_text_is_spoken_is_not_called() -> None:
    line, speaker = LoopLine(), Slow()
    speaker._is_first = False
    message = letter("13800138001")

    async def meanwhile(stop: asyncio.Event) -> None:
        await until(Call.objects.exists)
        await in_thread(cancel_messages, about=ABOUT)
        await asyncio.sleep(0.3)  # some looks
        speaker.goes_on.set()
        await until(lambda: not Call.objects.filter(ended_at=None).exists())

    run(line, speaker, meanwhile)
    message.refresh_from_db()
    assert (message.state, Call.objects.get().outcome) == (
        DeliveryState.CANCELLED,
        CallOutcome.CALLED_OFF,
    )
    assert not line.legs


def test_a_voice_that_comes_to_no_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dead_after(CHANNELS["voice"]).total_seconds() > agents.SPOKEN_IN + agents.LONGEST
    monkeypatch.setattr(agents, "SPOKEN_IN", 0.2)
    line, speaker = LoopLine(), Slow()
    speaker._is_first = False
    message = letter("13800138001")

    async def meanwhile(stop: asyncio.Event) -> None:
        await until(Call.objects.filter(ended_at__isnull=False).exists)

    run(line, speaker, meanwhile)
    message.refresh_from_db()
    call = Call.objects.get()
    assert (call.outcome, message.state, message.refusals) == ("down", DeliveryState.QUEUED, 0)
    assert agents.UNSPOKEN in call.words
    assert not line.legs
    assert message.channel == ChannelCode.VOICE
