"""Somebody, or the machine's lack of memory, kills a part: it is back within seconds."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from config.postgres import DATABASE, EmbeddedServer
from config.programs import DatabaseUnavailableError
from tests.config.test_run import deployment, running, said
from tests.torture.product import postmaster_of

__all__ = ["deployment"]


def answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health/ready/", timeout=2) as response:  # noqa: S310 - our own address
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


# Until a page is answered that asks the database: noticed within a second, started in another. A worker that lost its
# connection starts anew, which is asked without a time.
BACK = 10  # seconds


@pytest.mark.timeout(900)  # it begins with an empty database
@pytest.mark.shows("OPS-04")
@pytest.mark.long
def test_web_worker_and_database_come_back(deployment: dict[str, str]) -> None:
    """`running` asserts that it is the supervisor of the start that is told to end, and ends well."""
    server = EmbeddedServer(Path(deployment["EXPERTPOOL_HOME"]))
    with running(deployment) as address:
        (worker,) = processes("worker", "others")
        os.kill(worker, signal.SIGKILL)
        seconds_until(lambda: processes("worker", "others") not in ([], [worker]))

        web = processes("serve")[0]
        os.kill(web, signal.SIGKILL)
        seconds_until(lambda: web not in processes("serve") and answers(address))

        for hurt in (kill, restart, end_backend, restart, end_backend):
            hurt(server)
            assert seconds_until(lambda: answers(address)) < patience(), hurt
            time.sleep(2)  # whoever lost his connection has noticed
            seconds_until(lambda: serves(address))
    # Nor is it asked that the supervisor started the database: a program that begins in that moment may be first.
    assert "其余的一并停止" not in said(deployment).read_text()


def patience() -> float:
    """So many seconds, as often as the processors of the machine are wanted at once."""
    return BACK * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def serves(address: str) -> bool:
    """Tell whether all programs are there, and a page that asks the database is answered."""
    workers = [processes("worker", queue) for queue in ("deadlines", "others")]
    return all([processes("serve"), *workers]) and answers(address)


def kill(server: EmbeddedServer) -> None:
    postmaster_of(server.home).kill()


def restart(server: EmbeddedServer) -> None:
    """As an administrator does, who changed a setting; the supervisor may be first to start it again."""
    data = server.folder.resolve() / "data"
    log = str(data.parent / "server.log")
    with suppress(DatabaseUnavailableError):
        server._run("pg_ctl", "restart", "-m", "fast", "-w", "-D", str(data), "-l", log)


def end_backend(server: EmbeddedServer) -> None:
    """Kill one of the product's sessions: the server ends all the others, and reads its log again."""
    sessions = [
        one
        for one in postmaster_of(server.home).children()
        if f" {DATABASE} " in " ".join(one.cmdline())
    ]
    sessions[0].kill()
    gone, left = psutil.wait_procs(sessions, timeout=30)
    assert (len(gone), left) == (len(sessions), [])
