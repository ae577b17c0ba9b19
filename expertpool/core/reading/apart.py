"""The door to the child: start it, hand it the file and the request, take its answers."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any

from expertpool.core.reading.messages import Refused, decode, encode
from expertpool.core.reading.turns import TURNS
from expertpool.core.sizes import MEGABYTE

logger = logging.getLogger(__name__)
MODULE = "expertpool.core.reading.child"
LONGEST_ANSWER = 128 * MEGABYTE  # bytes of one line
# Of ours the child gets what it needs to start: no key, no address of a database.
ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *filter(None, sys.path)]),
    "TMPDIR": gettempdir(),
    "LC_ALL": "C.UTF-8",
    "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
}
PATIENCE = 4  # a busy machine works on it now and then
UNREADABLE = (
    "这个文件读不出来：内容太多、太复杂，或已损坏。请用原来的软件打开，删去多余的行、列和图片，"
    "另存后再上传。"
)
PLACES = 2  # of each kind, in each of our processes
# What was refused after so many seconds is not read again for a while: it would hold a thread as long each time.
LONG, REMEMBERED, MOST_REMEMBERED = 5, 30 * 60, 500
_in_vain: dict[bytes, tuple[float, tuple[str, ...]]] = {}  # by content: until when, and why


@dataclass(frozen=True)
class Reading:
    """One kind of reading and what it may cost.

    ``code`` is its name in `child.READINGS`; ``memory`` is in MB; ``seconds`` of work are counted
    by the processor, and PATIENCE times as long is waited for an answer.
    """

    code: str
    memory: int = 512
    seconds: int = 30


def answer(reading: Reading, file: bytes | IO[bytes] | Path, **request: Any) -> Any:
    """Return the one answer to ``request`` about ``file``; see `answers` for what it raises."""
    with closing(answers(reading, file, **request)) as found:
        return next(found)


def answers(
    reading: Reading, file: bytes | IO[bytes] | Path, **request: Any
) -> Generator[Any, None, None]:
    """Yield what the child finds in ``file``; it works while we do.

    Raises Refused with the child's reasons, and with ours when it dies or takes too long; Busy (`turns`) where too
    many files are being read. What took long and was refused is refused for a while without being read.
    """
    turn = TURNS.turn(reading.code, places=PLACES, seconds=reading.seconds)
    with turn, _opened(file) as opened, TemporaryFile() as asked:
        asked.write(said := encode(request))
        asked.seek(0)
        with _remembered(reading, opened, said):
            yield from _answered(reading, opened, asked)


def _answered(reading: Reading, opened: IO[bytes], asked: IO[bytes]) -> Iterator[Any]:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = _start(reading, opened, asked, theirs)
        try:
            ours.settimeout(PATIENCE * reading.seconds)
            yield from _received(ours)
        except (OSError, EOFError, ValueError):
            child.kill()
            # Nothing of the file: its content is nobody's business.
            logger.warning("reading %s: child ended with %s", reading.code, child.wait())
            raise Refused(UNREADABLE) from None
        finally:
            child.kill()
            child.wait()


def _received(ours: socket.socket) -> Iterator[Any]:
    with ours.makefile("rb") as lines:
        while line := lines.readline(LONGEST_ANSWER):
            match decode(line):
                case {"answer": found}:
                    yield found
                case {"refused": problems}:
                    raise Refused(*map(str, problems))
                case {"failed": place}:
                    logger.error("reading failed: %s", place)
                    raise Refused(UNREADABLE)
                case "end":
                    return
                case _:
                    raise ValueError("no answer")
    raise EOFError


def _start(
    reading: Reading, file: IO[bytes], asked: IO[bytes], theirs: socket.socket
) -> subprocess.Popen[bytes]:
    limits = (reading.memory, reading.seconds)
    return subprocess.Popen(
        # -S: what the environment adds at every start takes longer than all that is read here.
        [sys.executable, "-S", "-m", MODULE, reading.code, *map(str, (file.fileno(), *limits))],
        stdin=asked,
        stdout=theirs.fileno(),
        stderr=subprocess.DEVNULL,
        pass_fds=[file.fileno()],
        env=ENVIRONMENT,
    )


@contextmanager
def _remembered(reading: Reading, file: IO[bytes], said: bytes) -> Iterator[None]:
    """Refuse what was read in vain, and remember what is."""
    began = time.monotonic()
    if _in_vain:
        until, problems = _in_vain.get(_content_of(reading, file, said), (0.0, ()))
        if began < until:
            raise Refused(*problems)
    try:
        yield
    except Refused as refused:
        if time.monotonic() - began > LONG:
            while len(_in_vain) >= MOST_REMEMBERED:
                _in_vain.pop(next(iter(_in_vain)), None)
            until = time.monotonic() + REMEMBERED
            _in_vain[_content_of(reading, file, said)] = (until, refused.problems)
        raise


def _content_of(reading: Reading, file: IO[bytes], said: bytes) -> bytes:
    file.seek(0)
    content = hashlib.sha256()
    while block := file.read(MEGABYTE):
        content.update(block)
    os.lseek(file.fileno(), file.seek(0), os.SEEK_SET)  # the child begins where our number stands
    return hashlib.sha256(repr((reading, content.digest(), said)).encode()).digest()


@contextmanager
def _opened(file: bytes | IO[bytes] | Path) -> Iterator[IO[bytes]]:
    """Give a file that the child alone moves in: a copy without a name, unless it is a path."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            yield opened
        return
    with TemporaryFile() as copy:
        if isinstance(file, bytes):
            copy.write(file)
        else:
            file.seek(0)
            while block := file.read(MEGABYTE):
                copy.write(block)
        copy.seek(0)
        yield copy
