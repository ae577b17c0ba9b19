"""The process that makes the calls: n at once, each from the row that waits to the row that says how it ended.

It holds nothing that is not written: killed, it leaves calls that `calls.end_lost` ends. Told to stop, it begins none
and lets those that run come to their end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.db import close_old_connections

from expertpool.core.configuration import read_once, value_of
from expertpool.notifications.channels.voice.settings import LINES, RECORDS, RINGS
from expertpool.telephone.channels.line import Kind, Leg, Line, LineDown, Sign
from expertpool.telephone.channels.speech import Speaker, Unspoken
from expertpool.telephone.channels.tape import Tape
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.queries import office_sentences, time_of_all
from expertpool.telephone.rules import SENTENCES, outcome_of
from expertpool.telephone.services import calls
from expertpool.telephone.services.health import note_agent
from expertpool.telephone.services.talking import (
    Over,
    Talk,
    Words,
    question,
    statement,
)

logger = logging.getLogger(__name__)
T = TypeVar("T")

LOOK = 0.5  # seconds between two looks for what is due, and for calls that nobody wants any more
LOOK_FOR_LOST = 10.0  # also between two notes that we live
# To be spoken, and from dialling on: together below the time after which `notifications` takes an attempt for dead.
SPOKEN_IN, LONGEST = 120.0, 200.0
VOICES = os.cpu_count() or 1  # that speak at once
UNSPOKEN = "语音合成不可用"


async def in_thread(function: Callable[..., T], /, *values: Any, **given: Any) -> T:
    """Run what asks the database in a thread, with a connection that works and the settings as they are now."""

    def run() -> T:
        close_old_connections()
        try:
            with read_once():
                return function(*values, **given)
        finally:
            close_old_connections()

    return await asyncio.to_thread(run)


def at_time_of_all(function: Callable[..., T], /, **given: Any) -> T:
    return function(now=time_of_all(), **given)


@dataclass
class Running:
    """A call that was taken. ``is_spoken``: its text was made into sound, or could not be; it has a ``leg`` once it was
    dialled. ``is_unwanted``: nobody wants it any more."""

    task: asyncio.Task[None]
    is_spoken: bool = False
    leg: Leg | None = None
    is_unwanted: bool = False


class Agent:
    """Makes the calls of one line, under a ``name`` that no other process has.

    Texts are spoken in threads of their own, and no more calls are taken than they speak: a slow voice holds up neither
    those that talk nor the database.
    """

    def __init__(
        self,
        line: Line,
        speaker: Speaker,
        *,
        name: str,
        ask: Callable[..., Awaitable[Any]] = in_thread,
    ) -> None:
        self._line, self._speaker, self._name, self._ask = line, speaker, name, ask
        self._running: dict[int, Running] = {}
        self._next_note = 0.0
        self._voices = ThreadPoolExecutor(VOICES, thread_name_prefix="voice")
        self._room = asyncio.Event()  # a voice has nothing to say any more

    async def run(self, stop: asyncio.Event) -> None:
        """Make calls until ``stop`` is set or the line is lost; then let those that run end."""
        watch = asyncio.create_task(self._watch())
        try:
            while not stop.is_set() and not self._line.lost.is_set() and not watch.done():
                self._room.clear()
                await self._begin(stop)
                await _wait(self._room, LOOK)
            while (tasks := self._tasks) and not self._line.lost.is_set() and not watch.done():
                await asyncio.wait(tasks, timeout=LOOK)
        finally:
            watch.cancel()
            await asyncio.wait([watch])
            self._voices.shutdown(wait=False, cancel_futures=True)
        tasks = self._tasks  # of a line that is lost
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not watch.cancelled():
            await watch  # raises what it ended by

    async def _tell(self, function: Callable[..., Any], **given: Any) -> Any:
        """Ask ``function`` at the time of the database, by which all agents live and die: a clock of this machine that is
        wrong would end the calls of others, and date answers."""
        return await self._ask(at_time_of_all, function, **given)

    @property
    def _tasks(self) -> list[asyncio.Task[None]]:
        return [one.task for one in self._running.values()]

    async def _watch(self) -> None:
        """Look after the calls that run, whatever else holds us up."""
        while True:
            await self._note()
            await self._look()
            await asyncio.sleep(LOOK)

    async def _note(self) -> None:
        """Say now and then that we live, and end the calls of those that do not."""
        if time.monotonic() >= self._next_note:
            self._next_note = time.monotonic() + LOOK_FOR_LOST
            await self._tell(note_agent)
            await self._tell(calls.end_lost)

    async def _begin(self, stop: asyncio.Event) -> None:
        """Take what is due, as far as there are lines, and voices to speak it."""
        while self._has_voice and len(self._running) < await self._ask(value_of, LINES):
            if stop.is_set():
                return
            taken = await self._tell(calls.take, agent=self._name)
            if taken is None:
                return
            task = asyncio.create_task(self._call(taken))
            self._running[taken.call_id] = Running(task)

    @property
    def _has_voice(self) -> bool:
        return sum(not one.is_spoken for one in self._running.values()) < VOICES

    async def _look(self) -> None:
        """Say that the calls live, and hang up those that nobody wants any more."""
        ids = list(self._running)
        if not ids:
            return
        unwanted = await self._tell(calls.keep_alive, agent=self._name, call_ids=ids)
        for call_id in unwanted & self._running.keys():
            call = self._running[call_id]
            call.is_unwanted = True
            if call.leg is not None:
                call.leg.signs.put_nowait(Sign(Kind.CALLED_OFF))

    async def _call(self, taken: calls.Taken) -> None:
        outcome, words, tape = CallOutcome.INTERRUPTED, "", None
        try:
            tape = Tape() if await self._ask(value_of, RECORDS) else None
            outcome, words = await self._talk(taken, tape)
        except Exception:
            logger.exception("call %s failed", taken.call_id)
        finally:
            await self._end(taken, outcome, words, tape)

    async def _end(
        self, taken: calls.Taken, outcome: CallOutcome, words: str, tape: Tape | None
    ) -> None:
        content = tape.wav() if tape and tape.is_used else b""
        try:
            await self._tell(
                calls.end,
                call_id=taken.call_id,
                outcome=outcome,
                words=words,
                said=taken.text,
                tape=content,
            )
        except Exception:  # of a database that is away: it is ended like that of an agent that died
            logger.exception("the end of call %s was not written", taken.call_id)
        finally:
            # Else it would be said to live for ever, and hold a line.
            self._running.pop(taken.call_id, None)

    async def _talk(self, taken: calls.Taken, tape: Tape | None) -> tuple[CallOutcome, str]:
        call = self._running[taken.call_id]
        try:
            # Before it rings: nobody waits for the voice.
            words = await self._spoken(taken, recorded=tape is not None)
            if call.is_unwanted:
                return CallOutcome.CALLED_OFF, ""
            leg = await self._line.dial(taken.number)
        except Unspoken as error:
            return CallOutcome.DOWN, f"{UNSPOKEN}（{error}）"
        except LineDown as error:
            return CallOutcome.DOWN, str(error)
        call.leg = leg
        try:
            async with asyncio.timeout(LONGEST):
                if ended := await self._ring(taken, leg):
                    return ended
                talk = Talk(leg, tape)

                async def keep(decision: Any) -> None:
                    await self._tell(calls.press, call_id=taken.call_id, decision=decision)

                if taken.is_asking:
                    return await question(talk, words, keep), ""
                return await statement(talk, words), ""
        except Over as over:
            if over.sign.kind is Kind.CALLED_OFF:
                return CallOutcome.CALLED_OFF, ""
            return CallOutcome.HUNG_UP, over.sign.said
        except TimeoutError:
            return CallOutcome.NO_KEY, ""
        finally:
            await leg.hang_up()

    async def _ring(self, taken: calls.Taken, leg: Leg) -> tuple[CallOutcome, str] | None:
        """Wait until somebody takes the call; return how it ended where nobody does."""
        rang = False
        seconds = await self._ask(value_of, RINGS)
        until = time.monotonic() + seconds
        while True:
            try:
                sign = await asyncio.wait_for(leg.signs.get(), max(until - time.monotonic(), 0.01))
            except TimeoutError:
                return (CallOutcome.NO_ANSWER if rang else CallOutcome.DOWN), ""
            match sign.kind:
                case Kind.RINGING if not rang:
                    rang = True
                    await self._tell(calls.note_ringing, call_id=taken.call_id)
                case Kind.ANSWERED:
                    await self._tell(calls.note_answered, call_id=taken.call_id)
                    return None
                case Kind.ENDED:
                    return outcome_of(sign.said, rang=rang), sign.said
                case Kind.CALLED_OFF:
                    return CallOutcome.CALLED_OFF, ""

    async def _spoken(self, taken: calls.Taken, *, recorded: bool) -> Words:
        try:
            async with asyncio.timeout(SPOKEN_IN):
                kept = await self._ask(office_sentences)
                work = partial(self._words, taken, kept, recorded=recorded)
                return await asyncio.get_running_loop().run_in_executor(self._voices, work)
        except TimeoutError as error:
            raise Unspoken(type(error).__name__) from error
        finally:
            self._running[taken.call_id].is_spoken = True
            self._room.set()

    def _words(self, taken: calls.Taken, kept: dict[str, bytes], *, recorded: bool) -> Words:
        names = [name for name in SENTENCES if recorded or name != "recorded"]
        said = {
            name: kept.get(name) or self._speaker.sentence(name, SENTENCES[name]) for name in names
        }
        return Words(self._speaker.text(taken.text), said)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        pass
