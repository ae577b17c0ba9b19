"""Somebody, or the machine's lack of memory, kills a part: it is back within seconds."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from tests.config.test_run import deployment, running

__all__ = ["deployment"]


def answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health/", timeout=2) as response:  # noqa: S310 - our own address
            return bool(json.load(response)["status"] == "ok")
    except (URLError, OSError):
        return False


def seconds_until(condition: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < 120
        time.sleep(0.1)
    return time.monotonic() - began


def processes(*words: str) -> list[int]:
    """Return our own processes started with ``words``."""
    found = []
    for one in psutil.Process().children(recursive=True):
        try:
            if set(words) <= set(one.cmdline()):
                found.append(one.pid)
        except psutil.Error:  # it has just ended
            continue
    return found


@pytest.mark.timeout(900)  # it begins with an empty database
@pytest.mark.shows("OPS-04")
@pytest.mark.long
def test_web_worker_and_database_come_back(deployment: dict[str, str]) -> None:
    data = Path(deployment["EXPERTPOOL_HOME"]) / "postgres" / "data"
    with running(deployment) as address:
        (worker,) = processes("worker", "others")
        os.kill(worker, signal.SIGKILL)
        seconds_until(lambda: processes("worker", "others") not in ([], [worker]))

        web = processes("serve")[0]
        os.kill(web, signal.SIGKILL)
        seconds_until(lambda: web not in processes("serve") and answers(address))

        os.kill(number(data), signal.SIGKILL)
        # Noticed within a second, started in another; the rest is for a machine with other work.
        assert seconds_until(lambda: answers(address)) < 20


def number(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split()[0])
