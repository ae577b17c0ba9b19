"""Words made into sound: by recordings of the office, else by a program that reads text and writes a WAV file."""

from __future__ import annotations

import io
import logging
import re
import shlex
import subprocess
import wave
from array import array
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from expertpool.telephone.channels.line import RATE

logger = logging.getLogger(__name__)

LOUD = 23_000  # of 32,767: three decibels below the loudest
SECONDS = 60  # that a text may take to be spoken
LONGEST = 600  # seconds of a file: more is nothing that is said over a telephone
SLOWEST, FASTEST = 4_000, 384_000  # samples a second that a file may say it has


class Unspoken(Exception):
    """The words could not be made into sound; says why, without the words."""


class Speaker:
    """Speaks by ``command``, and by the recordings ``NAME.wav`` in ``folder`` where somebody has spoken a sentence."""

    def __init__(self, command: str, folder: str = "") -> None:
        self._command, self._folder = command, folder
        self._kept = lru_cache(maxsize=64)(self._speak)

    def sentence(self, name: str, words: str) -> bytes:
        """Return a sentence that is always the same, by its recording if there is one that opens: else nobody would be
        called for a file that somebody has put there."""
        try:
            if (recording := recording_of(self._folder, name)) is not None:
                return sound_of(recording)
        except (OSError, ValueError) as error:
            logger.warning("the recording of %s does not open: %s", name, error)
        return self._kept(words)

    def text(self, words: str) -> bytes:
        """Return what one person is told: it names him, and stays nowhere."""
        return self._speak(spoken(words))

    def _speak(self, words: str) -> bytes:
        try:
            done = subprocess.run(
                shlex.split(self._command),
                input=words.encode(),
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
            return sound_of(done.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise Unspoken(type(error).__name__) from error


def recording_of(folder: str, name: str) -> bytes | None:
    """Return the file in which somebody has spoken the sentence ``name``; None where nobody has. Raises OSError."""
    try:
        return (Path(folder) / f"{name}.wav").read_bytes() if folder else None
    except FileNotFoundError:
        return None


def unopened(folder: str, names: Iterable[str]) -> list[str]:
    """Return the files of the sentences ``names`` that are there and cannot be spoken."""
    found = []
    for name in names:
        try:
            if (recording := recording_of(folder, name)) is not None:
                _read(recording)
        except (OSError, ValueError):
            found.append(f"{name}.wav")
    return found


def sound_of(content: bytes) -> bytes:
    """Return the sound of a WAV file as telephones take it: one channel, 8,000 samples a second, 16 bits. Raises
    ValueError for anything else, and where there is no sound."""
    return _as_loud(_at_rate(*_read(content))).tobytes()


def _read(content: bytes) -> tuple[array[int], int]:
    """Return one channel of a WAV file, and its rate."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, rate = file.getnchannels(), file.getframerate()
            if file.getsampwidth() != 2:
                raise ValueError("16 bits are needed")
            # Before it is read: what one sample stands for is made so many times (docs/decisions/0689).
            if not SLOWEST <= rate <= FASTEST:
                raise ValueError("a rate that no recording has")
            raw = file.readframes(min(file.getnframes(), LONGEST * rate + 1))
    except (wave.Error, EOFError, RuntimeError) as error:
        # The library raises the last of these where a part says that it is longer than what it stands in.
        raise ValueError("no WAV file") from error
    samples = array("h", raw[: len(raw) // (2 * channels) * 2 * channels])[::channels]
    if not samples:
        raise ValueError("a WAV file without sound")
    if len(samples) > LONGEST * rate:
        raise ValueError("too long")
    return samples, rate


def _at_rate(samples: array[int], rate: int) -> array[int]:
    if rate == RATE:
        return samples
    step = rate / RATE
    # The mean of what one sample stands for: else what is too high to be carried would come back as noise.
    wide = max(1, round(step))
    if len(samples) < wide:
        raise ValueError("a WAV file without sound")
    sums = [0]
    for sample in samples:
        sums.append(sums[-1] + sample)
    starts = (int(number * step) for number in range(int((len(samples) - wide) / step) + 1))
    return array("h", [(sums[at + wide] - sums[at]) // wide for at in starts])


def _as_loud(samples: array[int]) -> array[int]:
    peak = max((abs(sample) for sample in samples), default=0)
    if not peak:
        return samples
    return array("h", [sample * LOUD // peak for sample in samples])


_DAY = re.compile(r"(?<!\d)(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})(?!\d) ?|(?=年))")
_TIME = re.compile(r"(?<![\d:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?![\d:：])")
_DIGITS = re.compile(r"[(（]0\d{2,3}[)）] ?\d{7,8}|\d{5,}(?:-\d+)?|\d+(?:-\d+)+")


def spoken(text: str) -> str:
    """Return ``text`` as it is said: dates and times in words, long numbers digit by digit, no brackets. Programs read what
    is left of these as two numbers, or as thousands."""
    text = _TIME.sub(_time, _DAY.sub(_day, text))
    text = _DIGITS.sub(lambda found: " ".join(re.sub(r"\D", "", found[0])), text)
    return re.sub(r"[【】《》「」]", " ", text)


def _day(found: re.Match[str]) -> str:
    year, _, month, day = found.groups()
    return " ".join(year) + (f"年{int(month)}月{int(day)}日" if month else "")


def _time(found: re.Match[str]) -> str:
    hour, minute = map(int, found.groups())
    nought = "零" if minute < 10 else ""
    return f"{hour}点" + (f"{nought}{minute}分" if minute else "整")
