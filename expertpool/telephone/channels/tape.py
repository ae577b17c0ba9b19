"""What was said in a call: left what we said, right what we heard."""

from __future__ import annotations

import io
import wave
from array import array

from expertpool.telephone.channels.line import RATE, SECOND

LATE = 0.1  # seconds by which a packet may come late without a silence before it


class Tape:
    """Both sides of a call from its first second on. A silent side is filled up, so that both stay together."""

    def __init__(self) -> None:
        self._ours, self._theirs = bytearray(), bytearray()

    @property
    def is_used(self) -> bool:
        return bool(self._ours or self._theirs)

    def ours(self, sound: bytes, at: float) -> None:
        """Put what we said from second ``at`` on."""
        _put(self._ours, sound, at)

    def theirs(self, sound: bytes, at: float) -> None:
        """Put what we heard until second ``at``."""
        _put(self._theirs, sound, max(at - len(sound) / SECOND, 0))

    def wav(self) -> bytes:
        """Return the stereo WAV file."""
        length = max(len(self._ours), len(self._theirs)) // 2
        both = array("h", bytes(length * 4))
        for side, sound in enumerate((self._ours, self._theirs)):
            samples = array("h", bytes(sound).ljust(length * 2, b"\0"))
            both[side::2] = samples
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(both.tobytes())
        return out.getvalue()


def _put(side: bytearray, sound: bytes, at: float) -> None:
    gap = int(at * RATE) * 2 - len(side)
    if gap > LATE * SECOND:
        side.extend(bytes(gap))
    side.extend(sound[: len(sound) // 2 * 2])
