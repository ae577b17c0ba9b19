"""A file of a server, read where it is asked for and never held as a whole."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

from expertpool.core.sizes import MEGABYTE

FIRST, LARGEST = 256 * 1024, 4 * MEGABYTE  # bytes fetched at once: more, the longer one reads on


class RangedFile(io.RawIOBase):
    """``fetch(start, end)`` returns the bytes from ``start`` up to ``end``.

    Each fetch is an answer of its own, read to its end: a browser that takes an hour for a film
    holds no connection to the server meanwhile.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        self._fetch, self._size = fetch, size
        self._at = 0
        self._window, self._start, self._step = b"", 0, FIRST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        end = self._start + len(self._window)
        if not self._start <= self._at < end:
            # Reading on from where the last one ended; anywhere else begins small.
            self._step = min(self._step * 2, LARGEST) if self._window and self._at == end else FIRST
            last = min(self._at + self._step, self._size)
            self._window, self._start = self._fetch(self._at, last), self._at
        found = self._at - self._start
        part = self._window[found : found + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
