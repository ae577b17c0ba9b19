"""Where the randomness of a draw comes from; an argument, so that a test can replay it."""

from __future__ import annotations

import os
import random
from typing import Protocol


class Entropy(Protocol):
    def token_bytes(self, count: int) -> bytes:
        """Return ``count`` unpredictable bytes."""
        ...


class SystemEntropy:
    """The operating system's generator: what every real draw uses."""

    def token_bytes(self, count: int) -> bytes:
        return os.urandom(count)


class SeededEntropy:
    """A repeatable sequence, for tests and benchmarks only."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)
