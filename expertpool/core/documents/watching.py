"""Running somebody else's program within bounds that no limit of a process says: how many processes it becomes, what memory
all of them take, how many files lie in its folder and how large they are (docs/decisions/0361).

A limit of a process holds for each of its children anew, and none of them for an account that may do everything. So
whoever started the program looks at it a few times a second, and ends it with all that it started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from expertpool.core.sizes import MEGABYTE

EVERY = 0.2  # seconds between two looks
PAGE = os.sysconf("SC_PAGE_SIZE")
PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Bounds:
    """What a program may take: ``seconds`` of the clock, ``processes``, ``memory`` (bytes, of all of them), ``files`` and
    ``size`` (bytes) in its folder. ``spare_disk`` and ``spare_memory`` (bytes) are left to others: what it takes that
    belongs to no file and no process (a file that was deleted and is held open) is seen by them alone."""

    seconds: float
    processes: int = 32
    memory: int = 2048 * MEGABYTE
    files: int = 2000
    size: int = 512 * MEGABYTE
    spare_disk: int = 256 * MEGABYTE
    spare_memory: int = 64 * MEGABYTE


class OutOfBounds(Exception):
    """A program took more than it may, and was ended; the message says of what."""


class Task(NamedTuple):
    pid: int
    parent: int
    threads: int
    memory: int  # bytes


def run_within(command: Sequence[str], *, room: Path, bounds: Bounds) -> int:
    """Run ``command``, which writes into ``room`` alone, and return what it ends with. Of what it says nothing is kept.
    Raises OutOfBounds."""
    quiet = subprocess.DEVNULL
    run = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    until = monotonic() + bounds.seconds
    try:
        while True:
            try:
                return run.wait(EVERY)
            except subprocess.TimeoutExpired:
                if monotonic() > until:
                    raise OutOfBounds(f"took more than {bounds.seconds} seconds") from None
            if why := _beyond(run.pid, room, bounds):
                raise OutOfBounds(why)
    finally:
        # Also what it left behind: its group, and by the end of the first all that a cage holds.
        try:
            os.killpg(run.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        run.wait()


def own_threads() -> int:
    """Return how many threads run under our account: older kernels count them all against the limit of one process."""
    own = os.getuid()
    return sum(task.threads for task in _tasks() if _owner_of(task.pid) == own)


def _beyond(pid: int, room: Path, bounds: Bounds) -> str:
    family = _family(pid)
    if len(family) > bounds.processes:
        return f"became {len(family)} processes"
    if (memory := sum(task.memory for task in family)) > bounds.memory:
        return f"took {memory // MEGABYTE} MB of memory"
    count = size = 0
    try:
        for one in _files(room):
            count, size = count + 1, size + one.st_blocks * 512
            if count > bounds.files or size > bounds.size:
                return f"wrote {count} files of {size // MEGABYTE} MB"
    except OSError as error:  # deeper than a path is long
        return f"wrote what cannot be looked through: {error}"
    if shutil.disk_usage(room).free < bounds.spare_disk:
        return "left too little room on the disk"
    return "left too little memory" if _available() < bounds.spare_memory else ""


def _files(room: Path) -> Iterator[os.stat_result]:
    folders = [str(room)]
    while folders:
        with os.scandir(folders.pop()) as found:
            for one in found:
                try:
                    yield one.stat(follow_symlinks=False)
                except FileNotFoundError:  # gone meanwhile
                    continue
                if one.is_dir(follow_symlinks=False):
                    folders.append(one.path)


def _family(pid: int) -> list[Task]:
    """Return the process ``pid`` and all that came of it."""
    tasks = list(_tasks())
    of: dict[int, list[Task]] = {}
    for task in tasks:
        of.setdefault(task.parent, []).append(task)
    found = [task for task in tasks if task.pid == pid]
    for task in found:
        found += of.get(task.pid, [])
    return found


def _tasks() -> Iterator[Task]:
    for folder in PROCESSES.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            text = (folder / "stat").read_text(errors="replace")
        except OSError:  # over
            continue
        said = text.rpartition(")")[2].split()  # a name may have blanks and brackets
        yield Task(int(folder.name), int(said[1]), int(said[17]), int(said[21]) * PAGE)


def _owner_of(pid: int) -> int:
    try:
        return (PROCESSES / str(pid)).stat().st_uid
    except OSError:
        return -1


def _available() -> int:
    """Return how many bytes of memory nobody uses, or could give back."""
    for line in (PROCESSES / "meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 2**63
