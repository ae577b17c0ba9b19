"""How the other side calls an end, and how words are spoken."""

from __future__ import annotations

import io
import wave
from array import array
from datetime import timedelta

import pytest

from expertpool.notifications.channels.base import SendStatus
from expertpool.telephone.channels.line import SECOND
from expertpool.telephone.channels.speech import Speaker, Unspoken, sound_of, spoken
from expertpool.telephone.channels.tape import Tape
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.rules import AGAIN, AT_ONCE, outcome_of, result_of


@pytest.mark.parametrize(
    ("words", "rang", "outcome"),
    [
        ("486 Busy Here", True, CallOutcome.BUSY),
        ("600 Busy Everywhere", False, CallOutcome.BUSY),
        ("603 Decline", True, CallOutcome.REJECTED),
        ("480 Temporarily Unavailable", True, CallOutcome.NO_ANSWER),
        ("480 Temporarily Unavailable,Q.850;cause=20", False, CallOutcome.OFF),
        ("480 Temporarily Unavailable,Q.850;cause=19", True, CallOutcome.NO_ANSWER),
        ("480 Temporarily Unavailable,Q.850;cause=1", False, CallOutcome.BAD_NUMBER),
        ("500 Server Internal Error,Q.850;cause=17", True, CallOutcome.BUSY),
        ("404 Not Found", False, CallOutcome.BAD_NUMBER),
        ("484 Address Incomplete", False, CallOutcome.BAD_NUMBER),
        ("503 Service Unavailable,Q.850;cause=34", False, CallOutcome.CONGESTED),
        ("403 Forbidden", False, CallOutcome.REFUSED),
        ("407 Proxy Authentication Required", False, CallOutcome.REFUSED),
        ("Connection timed out [110]", False, CallOutcome.DOWN),
        ("Destination address required [89]", False, CallOutcome.DOWN),
        ("Connection reset by peer [104]", True, CallOutcome.NO_ANSWER),
    ],
)
def test_ends_are_understood(words: str, rang: bool, outcome: CallOutcome) -> None:
    assert outcome_of(words, rang=rang) is outcome


def test_each_end_has_what_follows() -> None:
    assert {*AGAIN, *AT_ONCE} == set(CallOutcome)
    assert not AGAIN.keys() & AT_ONCE.keys()


# As docs/operations/telephone.md tells it: how many minutes later, how many calls in all, and what stands then.
REJECTED, DELIVERED = SendStatus.REJECTED, SendStatus.DELIVERED
TABLE = {
    CallOutcome.BUSY: (5, 4, REJECTED),
    CallOutcome.NO_ANSWER: (10, 3, REJECTED),
    CallOutcome.REJECTED: (30, 3, REJECTED),
    CallOutcome.OFF: (30, 3, REJECTED),
    CallOutcome.NO_KEY: (15, 2, DELIVERED),
    CallOutcome.HUNG_UP: (15, 2, DELIVERED),
    CallOutcome.INTERRUPTED: (1, 5, REJECTED),
}
BLAMED = (CallOutcome.CONGESTED, CallOutcome.DOWN, CallOutcome.REFUSED)


@pytest.mark.shows("DRAW-40")
@pytest.mark.parametrize("outcome", CallOutcome)
@pytest.mark.parametrize("most", [1, 2, 5])
def test_who_is_called_again_and_how_often(outcome: CallOutcome, most: int) -> None:
    """The office may say fewer times (``most``), never more; who confirmed or has no such number is not called again, and what
    the line is to blame for counts for nobody unless it carried others."""
    alone = outcome in BLAMED
    minutes, calls, then = (10, 3, REJECTED) if alone else TABLE.get(outcome, (0, 1, None))
    last = min(calls, most)
    for call in range(1, last):
        again = result_of(outcome, calls=call, most=most, alone=alone)
        assert (again.status, again.again_after) == (SendStatus.RETRY, timedelta(minutes=minutes))
    result = result_of(outcome, calls=last, most=most, alone=alone)
    assert result.status is (then or AT_ONCE[outcome])
    assert result.again_after is None
    if alone:
        assert result_of(outcome, calls=last, most=most).status is SendStatus.DOWN


def test_dates_and_numbers_are_spoken_as_people_say_them() -> None:
    text = "【专家库】评审时间：2026-12-01 09:00。电话 0571-88886666，301 室，约 4 小时，截止 2026-11-30 12:05"
    assert spoken(text) == (
        " 专家库 评审时间：2 0 2 6年12月1日9点整。电话 0 5 7 1 8 8 8 8 6 6 6 6，301 室，约 4 小时，截止 2 0 2 6年11月30日12点零5分"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-12-05 09:30 至 11:30", "2 0 2 6年12月5日9点30分 至 11点30分"),
        ("当日 8:40 前报到，9：00 开始", "当日 8点40分 前报到，9点整 开始"),
        ("2026/12/5 9:05、2026.12.6 24:00", "2 0 2 6年12月5日9点零5分、2 0 2 6年12月6日24点整"),
        ("2026年12月5日 14:00", "2 0 2 6年12月5日 14点整"),
        ("电话 (010)87654321", "电话 0 1 0 8 7 6 5 4 3 2 1"),
        ("比例 12:30:58，第 3:5 组，1.5 小时，3.14", "比例 12:30:58，第 3:5 组，1.5 小时，3.14"),
    ],
)
def test_what_an_office_writes_is_spoken_as_people_say_it(text: str, said: str) -> None:
    """A time without its date was read as two numbers: nobody heard when to come."""
    assert spoken(text) == said


def tone(rate: int, channels: int = 1) -> bytes:
    samples = array("h", [(-1) ** (at // (rate // 400)) * 500 for at in range(rate)])
    both = array("h", [one for one in samples for _ in range(channels)])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(both.tobytes())
    return out.getvalue()


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_wav_becomes_what_telephones_take(rate: int, channels: int) -> None:
    sound = sound_of(tone(rate, channels))
    assert abs(len(sound) - SECOND) <= 4
    assert 20_000 < max(array("h", sound)) <= 23_000


def test_what_is_no_wav_is_refused() -> None:
    for content in (b"", b"ID3 no", tone(8000)[:30], tone(8000)[:44]):
        with pytest.raises(ValueError, match="WAV"):
            sound_of(content)


def test_a_recording_of_the_office_goes_before_the_program(tmp_path: object) -> None:
    (tmp_path / "question.wav").write_bytes(tone(8000))  # type: ignore[operator]
    speaker = Speaker("false", str(tmp_path))
    assert len(speaker.sentence("question", "请按键")) == SECOND
    with pytest.raises(Unspoken):
        speaker.sentence("goodbye", "再见")
    with pytest.raises(Unspoken):
        speaker.text("王工专家")


@pytest.mark.usefixtures("programs")
def test_the_usual_program_speaks_chinese() -> None:
    speaker = Speaker("espeak-ng -v cmn -s 160 --stdin --stdout")
    sound = speaker.text("王建国专家，您好！评审时间：2026-12-01 09:00。")
    assert 3 * SECOND < len(sound) < 15 * SECOND


def test_both_sides_of_a_tape_stay_together() -> None:
    tape = Tape()
    tape.ours(b"\x01\x00" * 800, 0.0)
    tape.theirs(b"\x02\x00" * 800, 1.0)
    tape.ours(b"\x03\x00" * 800, 2.0)
    with wave.open(io.BytesIO(tape.wav())) as file:
        both = array("h", file.readframes(file.getnframes()))
    left, right = both[::2], both[1::2]
    assert (left[0], left[800], left[16000]) == (1, 0, 3)
    assert (right[7199], right[7200], right[7999], right[8000]) == (0, 2, 2, 0)
    assert len(left) == len(right) == 16800


def test_what_comes_a_little_late_is_no_silence() -> None:
    tape = Tape()
    for at in (0.05, 0.08, 0.11, 0.15):
        tape.theirs(b"\x02\x00" * 240, at)
    with wave.open(io.BytesIO(tape.wav())) as file:
        both = array("h", file.readframes(file.getnframes()))
    assert list(both[1::2]) == [2] * 960
