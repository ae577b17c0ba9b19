"""Calls from the row that waits to the row that says how they ended, over a line without a network."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from expertpool.core.configuration import Number, Setting
from expertpool.core.health import CHECKS, Health, look
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import (
    AttemptState,
    ChannelCode,
    Decision,
    DeliveryState,
    PutOff,
)
from expertpool.notifications.models import Attempt, ChannelHealth, Message, Reply
from expertpool.notifications.occasions import OCCASIONS, Occasion
from expertpool.notifications.queries.channels import channel_state
from expertpool.notifications.services.delivery import cancel_messages, deliver, reap_stuck
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.telephone.channels.speech import Speaker
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.exceptions import TapeAltered
from expertpool.telephone.models import Call
from expertpool.telephone.services import agent as agents
from expertpool.telephone.services import calls, talking
from expertpool.telephone.services.agent import Agent
from tests.factories.siteconfig import configure
from tests.telephone.loopback import SHORT, LoopLine
from tests.worker import run_async

pytestmark = pytest.mark.django_db

ASKS = Occasion(
    code="tests.call",
    label="来电",
    placeholders={"专家姓名": "王工", "回复码": "483100", "答复链接": "https://example.cn/r/x"},
    defaults={ChannelCode.VOICE: ("", "{{专家姓名}}专家，您好。")},
    required=("答复链接",),
    answer="回复码",
    keyed=(ChannelCode.VOICE,),
)
ABOUT = ("tests.thing", "1")


def wav_of(width: int, sound: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, width, 8000, 0, "NONE", ""))
        file.writeframes(sound)
    return out.getvalue()


NO_SENTENCES = {
    "an MP3 by another name": b"ID3\x03" + bytes(4000),
    "24 bits": wav_of(3, bytes(2400)),
    "without sound": wav_of(2, b""),
    "empty": b"",
}


class Short:
    """Speaks in no time."""

    def sentence(self, name: str, words: str) -> bytes:
        return SHORT

    def text(self, words: str) -> bytes:
        return SHORT


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


class Thread:
    """A thread beside the loop that writes into the transaction of the test."""

    pool: ThreadPoolExecutor

    async def __call__(self, function: Callable[..., Any], /, *values: Any, **given: Any) -> Any:
        asked = partial(function, *values, **given)
        return await asyncio.get_running_loop().run_in_executor(self.pool, asked)


ask = Thread()


@pytest.fixture(autouse=True)
def one_connection(db: None, pool: ThreadPoolExecutor) -> Iterator[None]:
    shared = connections["default"]
    shared.inc_thread_sharing()
    ask.pool = pool
    pool.submit(connections.__setitem__, "default", shared).result()
    try:
        yield
    finally:
        pool.submit(connections.__delitem__, "default").result()
        shared.dec_thread_sharing()


@pytest.fixture(autouse=True)
def line_chosen(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(talking, "WAITS", 0.1)
    monkeypatch.setattr(talking, "TICK", 0.005)
    monkeypatch.setattr(agents, "LOOK", 0.02)
    configure(voice.SERVER, "10.8.0.5")
    configure(voice.USER, "02788886666")
    monkeypatch.setattr(agents, "RINGS", replace(voice.RINGS, kind=Number(1, 90)))
    configure(agents.RINGS, 1)
    configure(voice.TRUNK, voice.SIP)
    with OCCASIONS.holding(ASKS):
        yield


def letter(number: str, key: str = "1") -> Message:
    values = {"专家姓名": "王工", "回复码": "483100", "答复链接": "https://example.cn/r/x"}
    (message,) = send_message(
        occasion=ASKS.code,
        recipient=Recipient(None, "王工", phone=number),
        channels=[ChannelCode.VOICE],
        context=values,
        about=ABOUT,
        key=key,
        now=timezone.now(),
    )
    return message


def run(
    line: LoopLine,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
    speaker: Any = None,
) -> None:
    """Let an agent make all calls that are due."""

    async def work() -> None:
        stop = asyncio.Event()
        agent = Agent(line, speaker or Short(), name="a", ask=ask)  # type: ignore[arg-type]
        running = asyncio.create_task(agent.run(stop))
        if meanwhile:
            await meanwhile()
        for _ in range(400):
            await asyncio.sleep(0.01)
            if running.done() or not await ask(is_due):
                break
        stop.set()
        await running

    run_async(work())


def is_due() -> bool:
    """Whether this agent has anything to do: what another is calling would be waited for in vain."""
    queued = Message.objects.filter(state="queued", due_at__lte=timezone.now())
    return queued.exists() or Call.objects.filter(agent="a", ended_at__isnull=True).exists()


def ended(number: str, line: LoopLine | None = None) -> tuple[Message, Call]:
    message = letter(number)
    run(line or LoopLine())
    message.refresh_from_db()
    return message, Call.objects.get(attempt__message=message)


@pytest.mark.shows("OVW-08", "DRAW-40")
@pytest.mark.parametrize(
    ("ends_in", "decision"),
    [("01", Decision.YES), ("02", Decision.NO), ("03", Decision.YES), ("04", Decision.NO)],
)
def test_a_key_that_is_confirmed_is_the_answer(ends_in: str, decision: Decision) -> None:
    """3 says all again; another key than the first confirms nothing."""
    message, call = ended(f"138001380{ends_in}")
    assert (call.outcome, call.pressed) == (decision, decision)
    assert message.state == DeliveryState.DELIVERED
    (reply,) = Reply.objects.all()
    assert (reply.decision, reply.provider, reply.message_id) == (decision, "sip", message.pk)
    told = [event.kind for event in Attempt.objects.get().events.order_by("at")]
    assert told == ["ringing", "answered"]


@pytest.mark.shows("DRAW-40")
@pytest.mark.parametrize(
    ("ends_in", "outcome", "state", "minutes"),
    [
        ("10", CallOutcome.NO_KEY, DeliveryState.QUEUED, 15),
        ("11", CallOutcome.HUNG_UP, DeliveryState.QUEUED, 15),
        ("12", CallOutcome.HUNG_UP, DeliveryState.QUEUED, 15),
        ("20", CallOutcome.BUSY, DeliveryState.QUEUED, 5),
        ("21", CallOutcome.NO_ANSWER, DeliveryState.QUEUED, 10),
        ("22", CallOutcome.REJECTED, DeliveryState.QUEUED, 30),
        ("23", CallOutcome.OFF, DeliveryState.QUEUED, 30),
        ("24", CallOutcome.BAD_NUMBER, DeliveryState.FAILED, 0),
    ],
)
def test_ends_are_told_apart_and_called_again(
    ends_in: str,
    outcome: CallOutcome,
    state: DeliveryState,
    minutes: int,
) -> None:
    """A key that nobody confirmed answers nothing, and a hand that turns a call down declines nothing."""
    message, call = ended(f"138001380{ends_in}")
    assert (call.outcome, message.state) == (outcome, state)
    assert not Reply.objects.exists()
    if minutes:
        wait = message.due_at - message.created_at
        assert timedelta(minutes=minutes) <= wait < timedelta(minutes=minutes, seconds=20)
    assert not channel_state(ChannelCode.VOICE).failures


@pytest.mark.shows("DRAW-40")
@pytest.mark.parametrize(
    ("ends_in", "outcome"),
    [("25", CallOutcome.CONGESTED), ("26", CallOutcome.REFUSED), ("27", CallOutcome.DOWN)],
)
def test_what_the_line_is_to_blame_for_uses_up_nobodys_calls(
    ends_in: str, outcome: CallOutcome
) -> None:
    message, call = ended(f"138001380{ends_in}")
    assert call.outcome == outcome
    assert (message.state, message.refusals) == (DeliveryState.QUEUED, 0)
    assert channel_state(ChannelCode.VOICE).failures == 1


@pytest.mark.shows("DRAW-40")
@pytest.mark.parametrize("ends_in", ["25", "26", "27"])
def test_a_number_that_alone_is_not_reached_is_given_up(ends_in: str) -> None:
    """It was called anew by each success of another, for three days, and told by no other way."""
    alone = letter(f"138001380{ends_in}", key="alone")
    for number in range(4):
        run(LoopLine())
        letter(f"138001380{('01', '22', '23', '01')[number]}", key=str(number))
        run(LoopLine())
        rows = Message.objects.filter(pk=alone.pk, due_at__lte=timezone.now() + timedelta(hours=1))
        rows.update(due_at=timezone.now())
    alone.refresh_from_db()
    assert (alone.state, alone.refusals) == (DeliveryState.FAILED, 2)
    assert alone.detail.startswith("打了 3 次：")
    assert "其他电话打得通" in alone.detail
    assert not channel_state(ChannelCode.VOICE).failures


def test_where_nobody_is_reached_the_line_is_to_blame() -> None:
    carried = letter("13800138001", key="carried")
    run(LoopLine())
    silent = letter("13800138027", key="silent")
    for number in range(5):
        letter("13800138027", key=str(number))
        Message.objects.exclude(pk=carried.pk).update(due_at=timezone.now(), put_off="")
        ChannelHealth.objects.update(probe_at=None)
        run(LoopLine())
    silent.refresh_from_db()
    assert (silent.state, silent.refusals) == (DeliveryState.QUEUED, 0)
    assert channel_state(ChannelCode.VOICE).is_down


def test_a_full_line_is_to_blame_while_others_talk() -> None:
    """More calls at once than the trunk carries: the others get through, and nobody's calls are used up."""
    letter("13800138001", key="talks")
    talks = calls.take(agent="b", now=timezone.now())
    assert talks is not None
    calls.note_answered(call_id=talks.call_id, now=timezone.now())
    message, call = ended("13800138025")
    assert (call.outcome, message.refusals) == (CallOutcome.CONGESTED, 0)
    assert channel_state(ChannelCode.VOICE).failures == 1


def test_a_line_that_is_down_is_tried_by_one_call_at_a_time() -> None:
    for number in range(3):
        letter("13800138001", key=str(number))
        run(LoopLine(works=False))
    assert channel_state(ChannelCode.VOICE).is_down
    letter("13800138001", key="next")
    later = timezone.now() + timedelta(minutes=2)
    assert calls.take(agent="a", now=timezone.now()) is None
    assert calls.take(agent="a", now=later) is not None
    assert calls.take(agent="a", now=later) is None


def test_he_is_called_so_often_and_no_oftener() -> None:
    message = letter("13800138020")
    configure(voice.MOST, 2)
    for _ in range(2):
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
        run(LoopLine())
    message.refresh_from_db()
    assert message.state == DeliveryState.FAILED
    assert message.detail == "打了 2 次：占线。"


def test_who_said_nothing_twice_was_reached_all_the_same() -> None:
    message = letter("13800138010")
    for _ in range(2):
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
        run(LoopLine())
    message.refresh_from_db()
    assert message.state == DeliveryState.DELIVERED


def test_no_more_calls_run_at_once_than_the_office_has_lines() -> None:
    configure(voice.LINES, 3)
    for number in range(7):
        letter(f"1380013{number}001", key=str(number))
    most = []
    line = LoopLine()
    dial = line.dial

    async def counted(number: str) -> Any:
        most.append(await ask(Call.objects.filter(ended_at__isnull=True).count))
        return await dial(number)

    line.dial = counted  # type: ignore[method-assign]
    run(line)
    assert Reply.objects.count() == 7
    assert max(most) == 3


def test_whom_we_are_just_calling_is_called_again_after_it() -> None:
    """Two draws ask one man: the second call would find him engaged by the first."""
    for number in range(3):
        letter("13800138001", key=str(number))
    letter("13800138002", key="another")
    at_once, line = [], LoopLine()
    dial = line.dial

    async def noted(number: str) -> Any:
        running = Call.objects.filter(ended_at__isnull=True)
        at_once.append(await ask(lambda: [one.attempt.message.address for one in running]))
        return await dial(number)

    line.dial = noted  # type: ignore[method-assign]
    run(line)
    assert Reply.objects.count() == 4
    assert [one for one in at_once if one.count("13800138001") > 1] == []
    assert any(len(one) == 2 for one in at_once)


@pytest.mark.parametrize(
    ("setting", "numbers"),
    [(voice.PER_RECIPIENT, ["01"] * 3), (voice.PER_MINUTE, ["01", "02", "03"])],
)
def test_calls_have_turns_as_letters_have(setting: Setting[int], numbers: list[str]) -> None:
    configure(setting, 2)
    began = timezone.now()
    found = [letter(f"138001380{number}", key=str(at)) for at, number in enumerate(numbers)]
    line = LoopLine()
    run(line)
    assert len(line.legs) == 2
    (waiting,) = Message.objects.filter(state=DeliveryState.QUEUED)
    assert (waiting.pk, waiting.put_off, waiting.attempts) == (found[2].pk, PutOff.PACE, 0)
    assert waiting.due_at > began + timedelta(seconds=25)
    Message.objects.filter(pk=waiting.pk).update(due_at=timezone.now())  # its turn
    run(line)
    assert len(line.legs) == 3


@pytest.mark.shows("DRAW-40")
def test_a_call_is_hung_up_once_he_has_answered_otherwise() -> None:
    message = letter("13800138021")
    line = LoopLine()
    configure(agents.RINGS, 30)

    async def answered_by_link() -> None:
        await line.dialled.wait()
        await asyncio.sleep(0.05)
        await ask(cancel_messages, about=ABOUT)

    run(line, answered_by_link)
    message.refresh_from_db()
    attempt = Attempt.objects.get()
    assert (message.state, attempt.state) == (DeliveryState.CANCELLED, AttemptState.CALLED_OFF)
    assert line.legs[0].hung_up


def test_his_own_key_hangs_up_nothing() -> None:
    """His answer takes back all that asks him, the call among it in which he gives it."""
    message = letter("13800138001")

    async def taken_back() -> None:
        for _ in range(400):
            if await ask(Reply.objects.exists):
                break
        await ask(cancel_messages, about=ABOUT)

    run(LoopLine(), taken_back)
    message.refresh_from_db()
    assert message.state == DeliveryState.DELIVERED


@pytest.mark.parametrize("ends_in", ["01", "24"])
def test_told_to_stop_it_lets_calls_end_and_begins_none(ends_in: str) -> None:
    message, line = letter(f"138001380{ends_in}"), LoopLine()

    async def work() -> None:
        stop = asyncio.Event()
        agent = Agent(line, Short(), name="a", ask=ask)  # type: ignore[arg-type]
        running = asyncio.create_task(agent.run(stop))
        await line.dialled.wait()
        stop.set()
        await ask(letter, "13800138002", key="later")
        await running

    run_async(work())
    message.refresh_from_db()
    assert message.state in (DeliveryState.DELIVERED, DeliveryState.FAILED)
    assert len(line.legs) == 1
    assert Call.objects.count() == 1


def test_a_line_that_is_lost_leaves_its_calls_to_be_made_again() -> None:
    message, line = letter("13800138021"), LoopLine()
    configure(agents.RINGS, 30)

    async def lost() -> None:
        await line.dialled.wait()
        line.lost.set()

    run(line, lost)
    message.refresh_from_db()
    assert (message.state, Call.objects.get().outcome) == ("queued", CallOutcome.INTERRUPTED)


def test_an_end_that_is_not_written_holds_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was away for a moment: the call is ended as that of an agent that died, and made again."""
    end, tried = calls.end, []

    def away(**given: Any) -> bool:
        tried.append(given["call_id"])
        if len(tried) == 1:
            raise OSError("away")
        return end(**given)

    monkeypatch.setattr(calls, "end", away)
    message, line = letter("13800138001"), LoopLine()

    async def meanwhile() -> None:
        for _ in range(1000):
            if tried:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert await ask(calls.end_lost, now=timezone.now() + timedelta(minutes=1)) == 1

    run(line, meanwhile)
    call = Call.objects.get(pk=tried[0])
    assert tried == [call.pk] * 2
    assert call.ended_at is not None
    message.refresh_from_db()
    assert message.state == DeliveryState.DELIVERED  # his key was written before the end


@pytest.mark.parametrize("words", ["486 Busy\x00 here", "486 Busy\udcff here", "4" * 5000])
def test_whatever_the_other_side_says_of_the_end_is_kept_as_far_as_it_can_be(words: str) -> None:
    letter("13800138001")
    taken = calls.take(agent="a", now=timezone.now())
    assert taken is not None
    assert calls.end(
        call_id=taken.call_id, outcome=CallOutcome.BUSY, words=words, now=timezone.now()
    )
    assert Call.objects.get().words in ("486 Busy here", "4" * 100)


@pytest.mark.parametrize("what", NO_SENTENCES)
def test_a_recording_that_does_not_open_keeps_nobody_from_being_called(
    what: str, tmp_path: Path, settings: Any
) -> None:
    """Each call failed before it was dialled, and each counted for who was to be called."""
    (tmp_path / "question.wav").write_bytes(NO_SENTENCES[what])
    spoken = tmp_path / "spoken.wav"
    spoken.write_bytes(wav_of(2, SHORT))
    message, line = letter("13800138001"), LoopLine()
    run(line, speaker=Speaker(f"cat {spoken}", str(tmp_path)))
    message.refresh_from_db()
    assert (message.state, Call.objects.get().outcome) == ("delivered", CallOutcome.YES)
    settings.VOICE_SENTENCES = str(tmp_path)
    (found,) = look([CHECKS["voice_agent"]], now=timezone.now())
    assert found.finding.state is Health.WARNING
    assert "question.wav" in found.finding.sentence
    (tmp_path / "question.wav").write_bytes(wav_of(2, SHORT))
    (found,) = look([CHECKS["voice_agent"]], now=timezone.now())
    assert found.finding.state is Health.OK


def test_without_a_voice_nobody_is_dialled_and_nobodys_calls_are_used_up() -> None:
    """He would pick up and hear nothing: what is said is spoken before it rings."""
    message, line = letter("13800138001"), LoopLine()
    run(line, speaker=Speaker("/there/is/none"))
    message.refresh_from_db()
    call = Call.objects.get()
    assert (call.outcome, message.state, message.refusals) == ("down", "queued", 0)
    assert agents.UNSPOKEN in call.words
    assert not line.legs
    assert channel_state(ChannelCode.VOICE).failures == 1


@pytest.mark.shows("PRJ-17", "DRAW-40")
def test_both_sides_are_recorded_and_the_file_says_nothing_without_its_key() -> None:
    _, call = ended("13800138001")
    tape = calls.open_tape(call)
    with wave.open(io.BytesIO(tape)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        sound = file.readframes(file.getnframes())
    assert SHORT[:2] in sound
    with calls.store.open(call.tape) as file:
        stored = file.read()
    assert SHORT[:20] not in stored
    calls.store.replace(call.tape, stored[:-1] + b"!")
    with pytest.raises(TapeAltered):
        calls.open_tape(call)


@pytest.mark.shows("DRAW-40")
def test_a_machine_whose_clock_is_a_day_ahead_ends_no_call_of_another_and_dates_none() -> None:
    letter("13800138021", key="2")
    other = calls.take(agent="b", now=timezone.now())
    assert other is not None
    message, begun = letter("13800138001"), timezone.now()

    async def meanwhile() -> None:
        for _ in range(400):
            if await ask(Reply.objects.exists):
                break
            await asyncio.sleep(0.01)
        assert (await ask(Call.objects.get, pk=other.call_id)).ended_at is None
        await ask(calls.end, call_id=other.call_id, outcome=CallOutcome.BUSY, now=begun)

    with time_machine.travel(begun + timedelta(days=1)):
        run(LoopLine(), meanwhile)
    call = Call.objects.get(attempt__message=message)
    assert (call.outcome, Reply.objects.get().decision) == (CallOutcome.YES, Decision.YES)
    for at in (call.began_at, call.answered_at, call.ended_at, Reply.objects.get().received_at):
        assert begun <= at < begun + timedelta(minutes=5)


def test_a_call_seen_by_a_clock_that_was_ahead_is_ended_once_its_agent_is_dead() -> None:
    """The clock was set back, and the agent with it started again: the number was taken for engaged until that day."""
    letter("13800138001")
    ahead, now = timezone.now() + timedelta(days=1), timezone.now()
    taken = calls.take(agent="dead", now=ahead)
    assert taken is not None
    assert calls.end_lost(now=now) == 0  # he may live
    assert not calls.keep_alive(agent="b", call_ids=[taken.call_id], now=now)
    assert calls.end_lost(now=now + timedelta(seconds=40)) == 1
    assert Call.objects.get().outcome == CallOutcome.INTERRUPTED


def test_nothing_is_recorded_where_the_office_wants_none() -> None:
    configure(voice.RECORDS, False)
    _, call = ended("13800138001")
    assert (call.tape, call.sha256) == ("", "")


@pytest.mark.shows("DRAW-40")
@pytest.mark.parametrize("pressed", [False, True])
def test_what_a_killed_agent_leaves_is_called_again_or_was_answered(pressed: bool) -> None:
    message = letter("13800138001")
    begun = timezone.now()
    taken = calls.take(agent="dead", now=begun)
    assert taken is not None
    assert (taken.number, taken.text, taken.is_asking) == (
        "13800138001",
        "王工专家，您好。",
        True,
    )
    calls.note_answered(call_id=taken.call_id, now=begun)
    if pressed:
        calls.press(call_id=taken.call_id, decision=Decision.YES, now=begun)
    assert calls.end_lost(now=begun + timedelta(seconds=20)) == 0
    assert calls.end_lost(now=begun + timedelta(seconds=40)) == 1
    assert not calls.end(call_id=taken.call_id, outcome=CallOutcome.BUSY, now=timezone.now())
    message.refresh_from_db()
    call = Call.objects.get()
    if pressed:
        assert (message.state, call.outcome) == (DeliveryState.DELIVERED, CallOutcome.YES)
        assert Reply.objects.count() == 1
    else:
        assert (message.state, call.outcome) == (DeliveryState.QUEUED, CallOutcome.INTERRUPTED)
        assert message.due_at <= begun + timedelta(minutes=2)


def test_jobs_of_the_worker_leave_calls_to_the_agent() -> None:
    message = letter("13800138001")
    deliver(message_id=message.pk, now=timezone.now())
    reap_stuck(now=timezone.now() + timedelta(hours=1))
    message.refresh_from_db()
    assert (message.state, message.attempts) == (DeliveryState.QUEUED, 0)


def test_without_a_line_a_call_fails_and_says_why() -> None:
    configure(voice.TRUNK, "none")
    message = letter("13800138001")
    deliver(message_id=message.pk, now=timezone.now())
    message.refresh_from_db()
    assert message.state == DeliveryState.FAILED
    assert "没有设置电话线路" in message.detail
