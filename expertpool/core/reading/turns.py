"""Whose files are read, or archives made, at once, and who waits for it: each holds a thread that answers everybody."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from expertpool.core.reading.messages import Refused

BUSY = "正在读取或打包的文件太多，请过一分钟再试。"
STILL_READING = "您打开或上传的上一个文件还在读取（或打包），请等它完成后再试。"
ARCHIVES = 2  # made at once in each of our processes
PATIENCE = 30  # seconds that are waited to make one
# Who asks the page for whose answer this thread works; None in jobs and commands, which keep no page waiting.
asker: ContextVar[Callable[[], str] | None] = ContextVar("asker", default=None)


class Busy(Refused):
    """The same file may be read a minute later."""


class Turns:
    """The turns of one process. Of those who ask pages ``running`` have their files read at once and ``waiting`` wait,
    whoever they are; of one person one is read and one waits. Any other is refused at once. What no page asks for waits
    for its kind alone. An archive that is made while its page waits is as one that is read."""

    def __init__(self, *, running: int = 5, waiting: int = 2) -> None:
        self._running, self._waiting = running, waiting
        self._changed = threading.Condition()
        self._kinds = Counter[str]()  # how many of each kind are read
        self._read: dict[str, int] = {}  # by person: the thread that works for him
        self._wait: set[str] = set()

    def share(self, threads: int) -> None:
        """Let no more than about a third of ``threads`` be held by what is read, and a few by who waits."""
        self._running, self._waiting = max(1, threads // 3), max(1, threads // 8)

    @contextmanager
    def turn(self, kind: str, *, places: int, seconds: float) -> Iterator[None]:
        """Hold one of the ``places`` of ``kind`` in the block, for which ``seconds`` are waited. Raises Busy."""
        person = asked() if (asked := asker.get()) else ""
        thread = threading.get_ident()
        with self._changed:
            # One request may read a file while it reads another.
            is_within = self._read.get(person) == thread
            self._take(kind, places, seconds, person=person, is_within=is_within)
            self._kinds[kind] += 1
            if person and not is_within:
                self._read[person] = thread
        try:
            yield
        finally:
            with self._changed:
                self._kinds[kind] -= 1
                if person and not is_within:
                    del self._read[person]
                self._changed.notify_all()

    def _take(
        self, kind: str, places: int, seconds: float, *, person: str, is_within: bool
    ) -> None:
        def is_free() -> bool:
            if self._kinds[kind] >= places:
                return False
            return (
                not person
                or is_within
                or (person not in self._read and len(self._read) < self._running)
            )

        if is_free():
            return
        counts = bool(person) and not is_within
        if counts and (person in self._wait or len(self._wait) >= self._waiting):
            is_own = person in self._wait or person in self._read
            raise Busy(STILL_READING if is_own else BUSY)
        if counts:
            self._wait.add(person)
        try:
            if not self._changed.wait_for(is_free, timeout=seconds):
                raise Busy(BUSY)
        finally:
            if counts:
                self._wait.discard(person)


TURNS = Turns()


def archive_turn() -> AbstractContextManager[None]:
    """Return the turn to make an archive while its page waits. Entered, it raises Busy where others wait already."""
    return TURNS.turn("archive", places=ARCHIVES, seconds=PATIENCE)
