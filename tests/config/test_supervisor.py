import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import BASE_DIR
from config.programs import DatabaseUnavailableError
from config.supervisor import Program, _answers, _revive, delay_after

# Supervises programs that write their number and wait; `python -c RUN folder program…`.
RUN = """
import sys; from config import supervisor
from config.supervisor import supervise
supervisor.SETTLED_SECONDS = 1.5
supervisor.GRACE_SECONDS, supervisor.GRACES = 3, {"talking": 60}
folder, *programs = sys.argv[1:]
commands = {p: [sys.executable, "-c", PROGRAMS[p], folder] for p in programs}
sys.exit(supervise(commands, announce=lambda: print("announced", flush=True)))
"""
WAIT = "import os, sys, time, pathlib; pathlib.Path(sys.argv[1], str(os.getpid())).touch(); "
DEAF = "import signal; signal.signal(signal.SIGTERM, lambda *_: told.append(1)); told = []; "
TALK = """
while not told: time.sleep(0.1)
time.sleep(5)
pathlib.Path(sys.argv[1] + ".said").touch()
"""
PROGRAMS = {
    "deaf": DEAF + WAIT + "time.sleep(60)",
    "talking": DEAF + WAIT + TALK,
    "waiting": WAIT + "time.sleep(60)",
    "failing": WAIT + "sys.exit(7)",
    "dying": WAIT + "time.sleep(2); sys.exit(7)",
    # Twice the database does not answer.
    "away": WAIT
    + "p = pathlib.Path(sys.argv[1] + '.away'); n = p.stat().st_size if p.exists() else 0; "
    "p.write_text('x' * (n + 1)); sys.exit(75) if n < 2 else time.sleep(60)",
    "watching": WAIT + "from config.commands import *; end_with_supervisor(); time.sleep(60)",
}


def start(folder: Path, *programs: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"PROGRAMS = {PROGRAMS!r}{RUN}", str(folder), *programs],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def numbers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir()]


def is_running(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_together(number: signal.Signals, tmp_path: Path) -> None:
    supervisor = start(tmp_path, "waiting", "watching")
    assert eventually(lambda: len(numbers(tmp_path)) == 2)

    supervisor.send_signal(number)
    output, errors = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0, errors
    assert output.splitlines() == ["announced", "已全部停止。"]
    assert not any(map(is_running, numbers(tmp_path)))


@pytest.mark.shows("DRAW-40")
def test_a_talk_comes_to_its_end_before_all_stops(tmp_path: Path) -> None:
    """It was cut off in the middle of a sentence after the time that a request has."""
    supervisor = start(tmp_path, "talking", "deaf")
    assert eventually(lambda: len(numbers(tmp_path)) == 2)
    began = time.monotonic()
    supervisor.send_signal(signal.SIGTERM)
    output, errors = supervisor.communicate(timeout=40)

    assert supervisor.returncode == 0, errors
    assert Path(f"{tmp_path}.said").exists()
    # Of the two it was waited for: who has nobody on the telephone got no longer than ever.
    assert 5 < time.monotonic() - began < 30
    assert "talking还有通话" in errors
    assert "deaf还有" not in errors
    assert output.splitlines()[-1] == "已全部停止。"
    assert not any(map(is_running, numbers(tmp_path)))


def test_a_second_signal_waits_for_no_talk(tmp_path: Path) -> None:
    supervisor = start(tmp_path, "talking")
    assert eventually(lambda: len(numbers(tmp_path)) == 1)
    for wait in (0.1, 2.5, 0):  # what comes together is one
        supervisor.send_signal(signal.SIGINT)
        time.sleep(wait)
    supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0
    assert not Path(f"{tmp_path}.said").exists()
    assert not any(map(is_running, numbers(tmp_path)))


def test_what_cannot_even_start_ends_all_and_is_named(tmp_path: Path) -> None:
    supervisor = start(tmp_path, "waiting", "failing")
    _, errors = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 1
    assert "failing无法启动（代码 7）" in errors
    assert "waiting" not in errors
    assert not any(map(is_running, numbers(tmp_path)))


def test_what_ran_and_died_is_named_and_started_again_later_each_time(tmp_path: Path) -> None:
    supervisor = start(tmp_path, "waiting", "dying")
    assert eventually(lambda: len(numbers(tmp_path)) == 4)  # three of which are the same program
    supervisor.send_signal(signal.SIGTERM)
    _, errors = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0
    assert "dying意外结束（代码 7），1 秒后重新启动。" in errors
    assert "dying意外结束（代码 7），2 秒后重新启动。" in errors
    assert "waiting" not in errors
    assert not any(map(is_running, numbers(tmp_path)))


def test_what_can_only_not_begin_now_is_tried_again_and_ends_nobody(tmp_path: Path) -> None:
    """A program that finds no database ends with 75 (EX_TEMPFAIL) as soon as it was started."""
    folder = tmp_path / "numbers"
    folder.mkdir()
    supervisor = start(folder, "waiting", "away")
    assert eventually(lambda: len(numbers(folder)) == 4)  # three of which are the same program
    assert supervisor.poll() is None
    supervisor.send_signal(signal.SIGTERM)
    _, errors = supervisor.communicate(timeout=20)

    assert supervisor.returncode == 0
    assert errors.splitlines() == [
        "away意外结束（代码 75），1 秒后重新启动。",
        "away意外结束（代码 75），2 秒后重新启动。",
    ]
    assert not any(map(is_running, numbers(folder)))


def test_what_is_killed_at_once_is_started_again(tmp_path: Path) -> None:
    supervisor = start(tmp_path, "watching")
    assert eventually(lambda: len(numbers(tmp_path)) == 1)
    os.kill(numbers(tmp_path)[0], signal.SIGKILL)
    assert eventually(lambda: len(numbers(tmp_path)) == 2)
    supervisor.send_signal(signal.SIGTERM)
    assert "代码 -9" in supervisor.communicate(timeout=20)[1]


def test_what_waits_is_due_at_once_when_the_database_is_back(tmp_path: Path) -> None:
    program = Program("dying", [sys.executable, "-c", PROGRAMS["failing"], str(tmp_path)], None)
    now = 1000.0
    for _ in range(4):  # it dies and dies
        program._start_at = 0.0
        program._settled = True
        program.look(now)
        assert program.child
        program.child.wait()
        program.look(now)
    assert program.look(now + 1)
    assert program.child is None
    program.hurry()
    program.look(now + 1)
    assert program.child
    program.child.wait()
    program.look(now + 1)


@pytest.mark.shows("OPS-04")
def test_that_the_database_was_started_again_or_cannot_be_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused() -> bool:
        raise DatabaseUnavailableError("磁盘已满")

    assert not _revive(lambda: False)
    assert capsys.readouterr().err == ""
    assert _revive(lambda: True)
    assert capsys.readouterr().err == "数据库意外停止，已重新启动。\n"
    assert not _revive(refused)
    assert capsys.readouterr().err == "数据库意外停止，还不能重新启动（会再试）：磁盘已满\n"


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "no room"), ImproperlyConfigured("不能写 pg_hba.conf")]
)
def test_whatever_hinders_the_database_the_others_go_on(error: Exception) -> None:
    def hindered() -> bool:
        raise error

    assert not _revive(hindered)


def test_delays_grow_to_half_a_minute() -> None:
    assert [delay_after(deaths) for deaths in (0, 1, 2, 3, 4, 5, 1000)] == [1, 2, 4, 8, 16, 30, 30]


def test_children_leave_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = start(tmp_path, "watching")
    assert eventually(lambda: len(numbers(tmp_path)) == 1)
    (child,) = numbers(tmp_path)
    time.sleep(1)  # until it watches

    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.communicate()

    assert eventually(lambda: not is_running(child))


def test_whether_pages_are_served_is_asked_of_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits a second only: the statement of a first answer that takes longer is stopped, and told as a fault."""
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_request(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        monkeypatch.setenv("HOST", "127.0.0.1")
        monkeypatch.setenv("PORT", str(server.server_port))
        thread = Thread(target=server.handle_request)
        thread.start()
        assert _answers()
        thread.join()
    assert asked == ["/health/live/"]
