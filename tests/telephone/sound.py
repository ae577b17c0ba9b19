"""Sound that is like nothing else, and the proof that it arrived: what came to a port as RTP, compared with what was said."""

from __future__ import annotations

import math
import random
import selectors
import socket
import threading
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from expertpool.telephone.channels.line import RATE

LOUD = 200
PCMA = 8
Packets = list[tuple[float, bytes]]  # when it came, and the packet


def noise(seconds: float, seed: int) -> bytes:
    """Return sound that is like nothing else, within what a telephone carries."""
    known = random.Random(seed)
    tones = [(known.uniform(300, 3000), known.uniform(0, 6)) for _ in range(12)]
    samples = [
        int(sum(1500 * math.sin(2 * math.pi * hertz * at / RATE + phase) for hertz, phase in tones))
        for at in range(int(seconds * RATE))
    ]
    return array("h", samples).tobytes()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def ears(numbers: Sequence[str]) -> Iterator[tuple[dict[str, int], dict[str, Packets]]]:
    """Yield a port for each of ``numbers``, and the packets that come there."""
    came: dict[str, Packets] = {number: [] for number in numbers}
    ports: dict[str, int] = {}
    over = threading.Event()
    with selectors.DefaultSelector() as takers:
        for number in numbers:
            taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            taker.bind(("127.0.0.1", 0))
            takers.register(taker, selectors.EVENT_READ, number)
            ports[number] = taker.getsockname()[1]

        def take() -> None:
            while not over.is_set():
                for key, _ in takers.select(0.2):
                    assert isinstance(key.fileobj, socket.socket)
                    came[key.data].append((time.monotonic(), key.fileobj.recv(2000)))

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield ports, came
        finally:
            over.set()
            thread.join()
            for key in list(takers.get_map().values()):
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.close()


def voices(packets: Packets) -> list[Packets]:
    """Return what was said, call by call."""
    found: dict[bytes, Packets] = {}
    for at, one in packets:
        if one[1] & 0x7F == PCMA:
            found.setdefault(one[8:12], []).append((at, one))
    return list(found.values())


def lost(voice: Packets) -> list[int]:
    """Return how many packets are missing between each two."""
    return [
        (int.from_bytes(b[2:4]) - int.from_bytes(a[2:4])) % 65536 - 1
        for (_, a), (_, b) in pairwise(voice)
    ]


def samples_of(voice: Packets) -> array[int]:
    return array("h", [LAW[byte] for _, one in voice for byte in one[12:]])


def where(said: bytes, heard: array[int], between: tuple[float, float]) -> tuple[float, float]:
    """Return how many seconds after the first sound in ``heard`` what was said is heard, looked for ``between``, and how like
    it is (1 = the same)."""
    loud = next((at for at, one in enumerate(heard) if abs(one) > LOUD), None)
    if loud is None:
        return 0.0, 0.0
    own = array("h", said)
    first, last = (loud + int(second * RATE) for second in between)
    lags = range(max(first, 0), min(last, len(heard) - len(own)) + 1)
    if not lags:
        return 0.0, 0.0
    # Few of the samples find the place; more of them say how like it is.
    few = max(len(own) // 300, 1)
    at = max(lags, key=lambda lag: _alike(own, heard, lag, few))
    return (at - loud) / RATE, _alike(own, heard, at, max(few // 10, 1))


def _alike(said: array[int], heard: array[int], at: int, step: int) -> float:
    own, part = said[::step], heard[at : at + len(said) : step]
    both = sum(a * b for a, b in zip(own, part, strict=True))
    return both / math.sqrt(sum(a * a for a in own) * sum(b * b for b in part) or 1)


def _linear(byte: int) -> int:
    """Return the sample that ``byte`` of A-law stands for."""
    byte ^= 0x55
    sample = (byte & 0x0F) << 4
    segment = (byte & 0x70) >> 4
    sample = sample + 8 if segment == 0 else (sample + 0x108) << (segment - 1)
    return sample if byte & 0x80 else -sample


LAW = [_linear(byte) for byte in range(256)]
