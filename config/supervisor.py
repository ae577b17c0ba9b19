"""`expertpool run`: prepare everything, then keep the web server and the workers together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import FrameType

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections

from config.commands import (
    check_keys,
    django_command,
    end_on_signals,
    end_with_supervisor,
    host,
)
from config.database import database_running
from config.environment import port
from config.postgres import DatabaseUnavailableError

GRACE_SECONDS = 15  # a request or a job in hand may finish
COMMAND = [sys.executable, "-m", "config.cli"]
WORKERS = {  # as in settings.WORKERS
    "限时任务": [*COMMAND, "worker", "deadlines"],
    "其他后台任务": [*COMMAND, "worker", "others"],
}


def main(arguments: list[str]) -> int:
    """Start the database, migrate, seed an empty trial, run web and worker until told to stop."""
    if arguments:
        print("run 没有参数；设置见 .env.example。", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    end_on_signals()
    if not _port_is_free():
        message = f"端口 {port()} 已被占用：请关掉占用它的程序，或用 PORT=8001 make run 换一个。"
        print(message, file=sys.stderr)
        return 1
    try:
        with database_running():
            prepare()
            programs = {"网页服务": [*COMMAND, "serve"], **WORKERS}
            return supervise(programs, ready=_answers, announce=_announce)
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        print(f"无法启动：{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def work(arguments: list[str]) -> int:
    """Run the worker processes until told to stop; with the name of one, that one alone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if arguments:
        return django_command(["work", *arguments])
    end_on_signals()
    end_with_supervisor()
    try:
        with database_running():
            return supervise(WORKERS)
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        print(f"无法启动：{error}", file=sys.stderr)
        return 1


def prepare() -> None:
    """Bring the database up to date; fill a trial's empty one, collect a deployment's assets."""
    django.setup()
    check_keys()
    call_command("migrate", verbosity=0, interactive=False)
    check_keys()
    if settings.DEBUG:
        call_command("seed_demo", if_empty=True)  # and lists the accounts to try it with
    else:
        call_command("collectstatic", verbosity=0, interactive=False)
    # The supervisor itself needs the database no more.
    connections.close_all()


def supervise(
    programs: Mapping[str, Sequence[str]],
    *,
    ready: Callable[[], bool] = lambda: True,
    announce: Callable[[], None] = lambda: None,
) -> int:
    """Run ``programs`` together until one ends or a signal comes, then stop all of them.

    Returns 0 after SIGINT, SIGTERM or SIGHUP, 1 when a program ended by itself; it is named and
    not started again. ``announce`` is called once, when ``ready`` first says so.
    """
    signals: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        signals.append(number)

    handlers = {n: signal.signal(n, note) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    children: dict[str, subprocess.Popen[bytes]] = {}
    announced = False
    try:
        for name, command in programs.items():
            children[name] = _start(command)
        while not signals and all(child.poll() is None for child in children.values()):
            if not announced and ready():
                announce()
                announced = True
            time.sleep(0.1)
        # Before they are stopped: afterwards all have ended.
        ended = {name: child.poll() for name, child in children.items()}
    finally:
        _stop(children.values())
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if signals:
        print("已全部停止。", flush=True)
        return 0
    for name, code in ended.items():
        if code is None:
            continue
        print(f"{name}意外结束（代码 {code}），其余的已一并停止。", file=sys.stderr, flush=True)
    return 1


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we decide the order. The open standard
    # input tells the child that we still live (config.commands.end_with_supervisor).
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"EXPERTPOOL_SUPERVISED": "1"},
    )


def _stop(children: Collection[subprocess.Popen[bytes]]) -> None:
    # All at once, so that they share the time of grace.
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(child.pid, signal.SIGKILL)  # and what it may have left behind
        except ProcessLookupError:
            pass
        child.wait()


def _port_is_free() -> bool:
    with socket.socket() as probe:
        # A port that was used a minute ago is free, though old connections linger.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError:
            return False
    return True


def _answers() -> bool:
    try:
        socket.create_connection((host(), port()), timeout=1).close()
    except OSError:
        return False
    return True


def _announce() -> None:
    print(f"\n专家库已启动：http://{host()}:{port()}/    按 Ctrl-C 停止\n", flush=True)
