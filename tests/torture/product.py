"""The product as it is run, and the ways to hurt it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from urllib.request import urlopen

import psutil

BASE_DIR = (
    Path(__file__).resolve().parents[2]
)  # what config reads is set after this module is loaded
PROGRAMS = {"web": ["serve"], "deadlines": ["worker", "deadlines"], "others": ["worker", "others"]}
# What is hurt: a program by its name; `session`: a connection of the database is ended; `backend`: it is
# killed; `restart`: the database is stopped as for a new version; `frozen`: it answers nothing for a while;
# `supervisor`: everything but the database.
ANYWHERE = ("web", "deadlines", "others")
EMBEDDED = (*ANYWHERE, "session", "backend", "postmaster", "restart", "frozen", "supervisor")
FROZEN_SECONDS = 40  # longer than anybody waits for it
PATIENCE = 180  # seconds; a machine may be busy
FIRST_START = 900  # with an empty database


def postmaster_of(home: Path) -> psutil.Process:
    """The embedded server of ``home`` (OSError, ValueError, psutil.Error while there is none)."""
    return psutil.Process(int((home / "postgres/data/postmaster.pid").read_text().split()[0]))


@contextmanager
def frozen(home: Path) -> Iterator[None]:
    """Stop the server of ``home`` with all that works for it, as a machine does whose disk hangs."""
    server = postmaster_of(home)
    family = [server, *server.children(recursive=True)]
    try:
        for process in family:
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in family:
            with suppress(psutil.Error):
                process.send_signal(signal.SIGCONT)


class Product:
    """`expertpool run` with ``environment``; ``output`` is what it says."""

    def __init__(self, environment: Mapping[str, str], output: Path) -> None:
        self._environment, self._output = environment, output
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator[Product]:
        self.start()
        try:
            self.wait(FIRST_START)
            yield self
        finally:
            self._stop()

    def start(self) -> None:
        with self._output.open("ab") as output:
            command = [sys.executable, "-m", "config.cli", "run"]
            self._process = subprocess.Popen(
                command, cwd=BASE_DIR, env=dict(self._environment), stdout=output, stderr=output
            )

    def _stop(self) -> None:
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def told(self) -> str:
        return self._output.read_text()

    def programs(self) -> dict[str, psutil.Process]:
        """The programs that run, by name."""
        assert self._process
        assert self._process.poll() is None, self.told()[-3000:]
        found = {}
        for child in psutil.Process(self._process.pid).children():
            with suppress(psutil.Error):
                for name, words in PROGRAMS.items():
                    if child.cmdline()[-len(words) :] == words:
                        found[name] = child
        return found

    def wait(self, patience: float = PATIENCE) -> float:
        """Wait until all programs run and a page is answered that asks the database; return the seconds."""
        began = time.monotonic()
        while True:
            with suppress(OSError, AssertionError):
                if self.programs().keys() == PROGRAMS.keys() and self._answers():
                    return time.monotonic() - began
            assert time.monotonic() - began < patience, self.told()[-3000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        address = f"http://127.0.0.1:{self._environment['PORT']}/health/"
        with urlopen(address, timeout=3) as answer:
            return bool(answer.status == 200)

    def hurt(self, fault: str, random: Random) -> None:
        if fault in PROGRAMS:
            if program := self.programs().get(fault):
                program.kill()
        elif fault == "supervisor":
            assert self._process
            self._process.kill()
            self._process.wait()
            time.sleep(2)  # as a unit of systemd waits
            self.start()
        else:
            self._hurt_database(fault, random)

    def _hurt_database(self, fault: str, random: Random) -> None:
        with suppress(OSError, ValueError, psutil.Error):  # it is just being started again
            server = postmaster_of(Path(self._environment["EXPERTPOOL_HOME"]))
            if fault == "postmaster":
                server.kill()
            elif fault == "restart":
                server.send_signal(signal.SIGINT)
            elif fault == "frozen":
                with frozen(Path(self._environment["EXPERTPOOL_HOME"])):
                    time.sleep(FROZEN_SECONDS)
            elif sessions := [
                child for child in server.children() if " expertpool " in " ".join(child.cmdline())
            ]:
                how = signal.SIGKILL if fault == "backend" else signal.SIGTERM
                os.kill(random.choice(sessions).pid, how)
