"""`expertpool run`: prepare everything, then keep the database, the web server and the workers
running: what dies is started again, ever later if it dies again (docs/decisions/0103)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from types import FrameType

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections

from config.commands import (
    check_installation,
    check_keys,
    django_command,
    end_on_signals,
    end_with_supervisor,
    full_disk_in_words,
    host,
    interrupted,
    one_at_a_time,
    refused,
    upgrade_in_words,
)
from config.database import connect_as_owner, database_reviver, database_running
from config.environment import HOME, env_int, port, web_process_count
from config.home import alone
from config.postgres import DatabaseUnavailableError
from config.schema import is_empty, steps_ahead
from config.server import INHERITED, bound, listen

GRACE_SECONDS = 15  # a request or a job in hand may finish
CALLS = "电话程序"
# A talk goes on to its end, and a text that is spoken may still be said (`telephone.services.agent`): as the unit of systemd has it.
GRACES = {CALLS: 240}
AGAIN_AFTER = 2.0  # seconds: one who stops us may tell the whole group and us besides
SETTLED_SECONDS = (
    5  # who runs so long has started: what comes later is no fault of the installation
)
CALM_SECONDS = 60  # who ran so long has not died again and again
LONGEST_DELAY = 30
MAKING = "正在建立数据库结构……"
MIGRATING = "正在升级数据库结构（{steps} 步），已有数据多时要几分钟，请不要中断……"
COMMAND = [sys.executable, "-m", "config.cli"]
SERVE = [*COMMAND, "serve"]
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
    # It prepares the tables; the programs it starts connect as the application.
    connect_as_owner()
    try:
        with alone(HOME), bound(host(), port()) as held:
            django.setup()  # what is missing in the environment is said before a database is made
            with database_running():
                with full_disk_in_words():
                    prepare()
                listen(held, host(), port())
                return supervise(
                    dict.fromkeys(web_processes(), SERVE) | WORKERS | _calls() | _figures(),
                    held=held,
                    ready=_answers,
                    announce=_announce,
                    revive=database_reviver(),
                )
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        return refused(error)
    except KeyboardInterrupt:
        interrupted()


def _calls() -> dict[str, list[str]]:
    """Return the program that calls people, where the office has chosen a line."""
    from expertpool.core.configuration import value_of  # noqa: PLC0415 - needs the apps
    from expertpool.notifications.channels.voice.settings import SIP, TRUNK  # noqa: PLC0415 - as above

    try:
        return {CALLS: [*COMMAND, "voice-agent"]} if value_of(TRUNK) == SIP else {}
    finally:
        connections.close_all()


def _figures() -> dict[str, list[str]]:
    """Return the program that answers Prometheus, where it is wanted; its figures begin anew."""
    if not env_int("METRICS_PORT", default=0):
        return {}
    from config.metrics import forget_figures  # noqa: PLC0415 - only where figures are wanted

    forget_figures()
    return {"指标": [*COMMAND, "metrics"]}


def web_processes() -> list[str]:
    """Return a name for each process that serves pages; all of them at the same socket."""
    count = web_process_count()
    return ["网页服务", *(f"网页服务 {number}" for number in range(2, count + 1))]


def work(arguments: list[str]) -> int:
    """Run the worker processes until told to stop; with the name of one, that one alone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if arguments:
        return django_command(["work", *arguments])
    end_on_signals()
    end_with_supervisor()
    try:
        with database_running():
            check_installation()  # said once, and not by each worker again and again
            connections.close_all()
            return supervise(WORKERS, revive=database_reviver())
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        return refused(error)


def prepare() -> None:
    """Bring the database up to date; fill a trial's empty one, collect a deployment's assets."""
    with one_at_a_time():
        check_installation(migrates=True)
        if steps := steps_ahead():
            print(MAKING if is_empty() else MIGRATING.format(steps=steps), flush=True)
        with upgrade_in_words():
            call_command("migrate", verbosity=0, interactive=False)
        check_keys()
        if settings.TRIAL:
            call_command("seed_demo", if_empty=True)  # and lists the accounts to try it with
    if not settings.TRIAL:
        call_command("collectstatic", verbosity=0, interactive=False)
    # The supervisor itself needs the database no more.
    connections.close_all()


class Program:
    """One program that is to run; started again when it ends."""

    def __init__(self, name: str, command: Sequence[str], held: socket.socket | None) -> None:
        self.name, self._command, self._held = name, command, held
        self._deaths, self._settled = 0, False
        self._start_at = 0.0  # when it is due again; counts while it does not run
        self._started_at = 0.0
        self.child: subprocess.Popen[bytes] | None = None

    def look(self, now: float) -> bool:
        """Start it if it is due, notice if it has ended; False: it could not even begin."""
        if self.child is None:
            if now >= self._start_at:
                self.child, self._started_at = _start(self._command, self._held), now
            return True
        code = self.child.poll()
        if now - self._started_at > SETTLED_SECONDS:
            self._settled = True
        if code is None:
            return True
        _end_group(self.child)
        self.child = None
        if code > 0 and code != os.EX_TEMPFAIL and not self._settled:
            _say(f"{self.name}无法启动（代码 {code}），其余的一并停止。")
            return False
        self._wait(code, now)
        return True

    @property
    def grace(self) -> int:
        """Seconds that it has to end by itself."""
        return GRACES.get(self.name, GRACE_SECONDS)

    def tell(self) -> None:
        """Tell it to end."""
        if self.child:
            self.child.terminate()

    def is_leaving(self, *, since: float) -> bool:
        """Tell whether it still runs and may do so, told to end at ``since``."""
        still = self.child is not None and self.child.poll() is None
        return still and time.monotonic() < since + self.grace

    def end(self) -> None:
        """End it now, with what it may have left behind."""
        if self.child:
            _end_group(self.child)

    def hurry(self) -> None:
        """Be due at once: what it died of is over."""
        self._start_at = 0.0

    def _wait(self, code: int, now: float) -> None:
        if now - self._started_at > CALM_SECONDS:
            self._deaths = 0
        delay = delay_after(self._deaths)
        self._deaths += 1
        self._start_at = now + delay
        _say(f"{self.name}意外结束（代码 {code}），{delay} 秒后重新启动。")


def delay_after(deaths: int) -> int:
    """Return how many seconds to wait after so many deaths before: 1, 2, 4 … 30."""
    return int(min(2 ** min(deaths, 10), LONGEST_DELAY))


def supervise(
    programs: Mapping[str, Sequence[str]],
    *,
    held: socket.socket | None = None,
    ready: Callable[[], bool] = lambda: True,
    announce: Callable[[], None] = lambda: None,
    revive: Callable[[], bool] = lambda: False,
) -> int:
    """Keep ``programs`` running until a signal comes, then stop all of them.

    Returns 0 after SIGINT, SIGTERM or SIGHUP, 1 when a program ended by itself as soon as it was
    first started: that is a fault of the installation. Later it is named and started again.
    Whoever has calls in hand is waited for longer; another signal ends that.
    ``held`` is the socket of those that serve pages. ``announce`` is called once, when ``ready`` first says so; ``revive`` each second: it starts the
    database if that died, and says whether it did.
    """
    signals: list[float] = []  # when they came

    def note(_number: int, _frame: FrameType | None) -> None:
        signals.append(time.monotonic())

    handlers = {n: signal.signal(n, note) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    running = [
        Program(name, command, held if command == SERVE else None)
        for name, command in programs.items()
    ]
    announced, looked_at = False, 0.0
    try:
        while not signals:
            now = time.monotonic()
            if now - looked_at > 1:
                looked_at = now
                if _revive(revive):
                    for program in running:
                        program.hurry()
            if not all(program.look(now) for program in running):
                return 1
            if not announced and ready():
                announce()
                announced = True
            time.sleep(0.1)
    finally:
        _stop([program for program in running if program.child], signals)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    print("已全部停止。", flush=True)
    return 0


def _revive(revive: Callable[[], bool]) -> bool:
    try:
        if not revive():
            return False
    except (DatabaseUnavailableError, ImproperlyConfigured, OSError) as error:
        # Whatever it is, the others go on and somebody may mend it: a full disk, a file of another account.
        _say(f"数据库意外停止，还不能重新启动（会再试）：{error}")
        return False
    _say("数据库意外停止，已重新启动。")
    return True


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _start(command: Sequence[str], held: socket.socket | None) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we decide the order. The open standard
    # input tells the child that we still live (config.commands.end_with_supervisor).
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        start_new_session=True,
        pass_fds=[held.fileno()] if held else [],
        env=os.environ
        | {"EXPERTPOOL_SUPERVISED": "1"}
        | ({INHERITED: str(held.fileno())} if held else {}),
    )


def _stop(programs: Collection[Program], signals: Sequence[float]) -> None:
    """End ``programs`` all at once, so that they share the time of grace; ``signals`` that come meanwhile cut it short."""
    began, told = time.monotonic(), False
    for program in programs:
        program.tell()
    while waits := [one for one in programs if one.is_leaving(since=began)]:
        if any(at > began + AGAIN_AFTER for at in signals):
            break
        long = [one for one in waits if one.grace > GRACE_SECONDS]
        if long and not told and time.monotonic() > began + 1:
            told = True
            names = "、".join(one.name for one in long)
            most = max(one.grace for one in long)
            _say(f"{names}还有通话，等它们说完，最多 {most} 秒；再按一次 Ctrl-C 立即停止。")
        time.sleep(0.1)
    for program in programs:
        program.end()


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End a program with what it may have left behind."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _answers() -> bool:
    connection = HTTPConnection(host(), port(), timeout=1)
    try:
        # Nothing of the database: whoever does not wait longer has its statements stopped (config.leavers), and the
        # first answer of a process takes long.
        connection.request("HEAD", "/health/live/")
        connection.getresponse()  # whatever it is
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _announce() -> None:
    print(f"\n专家库已启动：http://{host()}:{port()}/    按 Ctrl-C 停止\n", flush=True)
