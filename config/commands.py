"""What the words of `expertpool` do when they need Django: each keeps the database running."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, execute_from_command_line
from django.core.management.base import CommandParser
from django.db import DatabaseError

from config import server
from config.database import (
    JOB_SECONDS,
    PAGE_SECONDS,
    connect_as_owner,
    database_running,
    limit_statements,
)
from config.environment import HOME, env_int, env_str, missing_secrets, port
from config.postgres import DatabaseUnavailableError
from config.schema import check_schema, steps_ahead
from expertpool.backups.exceptions import HINDERED
from expertpool.core.disks import FULL

MIGRATING = "expertpool.migrate"
NOT_UPGRADED = (
    "升级数据库共 {ahead} 步，第 {step} 步没有完成，原因见上面。这一步没有留下任何改动，之前的步骤已经完成，数据都在。排除原因后"
    "重新启动，从这一步继续；排除不了的，按 docs/operations/install.md「退回升级之前的版本」办理。"
)
STARTING, DOING = "无法启动", "没有完成"
INTERRUPTED = 130  # as a shell has it
# What Django adds to every command, in English: taken, and left out of what `--help` tells.
DJANGOS = "version verbosity settings pythonpath traceback no-color force-color"
SKIP_CHECKS = "--skip-checks"  # added past what Django lets one leave out
# They look at the tables, whatever version these are of.
OF_ANY_SCHEMA = {"dbshell", "showmigrations", "sqlmigrate"}
# They write nothing with a key, and some run where there is no database yet.
WITHOUT_KEYS = {"check", "collectstatic", "help", "makemigrations", "support_bundle", "version"}


def django_command(arguments: list[str]) -> int:
    """Run a Django management command, with the database running around it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    end_on_signals()
    end_with_supervisor()
    if arguments[:1] == ["work"]:
        limit_statements(JOB_SECONDS)
    # He alone alters tables, and what they keep as it was written.
    if arguments[:1] in (["migrate"], ["rotate_keys"]):
        connect_as_owner()
    try:
        with database_running(), full_disk_in_words():
            _execute(arguments)
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        runs_on = arguments[:1] in (["work"], ["voice_agent"])
        return refused(
            error, STARTING if runs_on or isinstance(error, ImproperlyConfigured) else DOING
        )
    except KeyboardInterrupt:
        interrupted()
    return 0


def _execute(arguments: list[str]) -> None:
    """Run the command, with the keys of the data at hand; after ``migrate`` they are noted."""
    command = arguments[0] if arguments else "help"
    BaseCommand.suppressed_base_arguments = {f"--{one}" for one in DJANGOS.split()}
    BaseCommand.create_parser = _create_parser  # type: ignore[method-assign]
    if command in WITHOUT_KEYS or "--help" in arguments:
        execute_from_command_line(["expertpool", *arguments])
    elif command == "migrate":
        with one_at_a_time():
            check_installation(migrates=True)
            with upgrade_in_words():
                execute_from_command_line(["expertpool", *arguments])
            check_keys()
    else:
        check_installation(
            migrates=command in OF_ANY_SCHEMA, introduces_keys=command != "rotate_keys"
        )
        execute_from_command_line(["expertpool", *arguments])


_djangos_parser = BaseCommand.create_parser


def _create_parser(self: BaseCommand, *args: Any, **options: Any) -> CommandParser:
    """Return the parser of a command, whose help tells in Chinese of what is Django's."""
    parser = _djangos_parser(self, *args, **options)
    for action in parser._actions:
        if SKIP_CHECKS in action.option_strings:
            action.help = argparse.SUPPRESS
        elif "--help" in action.option_strings:
            action.help = "显示这些说明"
    return parser


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let nobody else bring the tables of this database up to date inside the block: two first starts at
    once, of two machines too, would make the same ones."""
    django.setup()
    from expertpool.core.locks import session_lock, unlock_session  # noqa: PLC0415 - needs the apps

    session_lock(MIGRATING)
    try:
        yield
    finally:
        unlock_session(MIGRATING)


def check_installation(*, migrates: bool = False, introduces_keys: bool = True) -> None:
    """Refuse to go on (ImproperlyConfigured) with tables of another version, or without the keys of what
    stands in them."""
    django.setup()
    check_schema(migrates=migrates)
    check_keys(introduces=introduces_keys)


def check_keys(*, introduces: bool = True) -> None:
    """Refuse to go on with keys that are not those of the data, or that are new to the system where
    the command does not introduce keys (ImproperlyConfigured)."""
    django.setup()
    from expertpool.portal.services import keychecks  # noqa: PLC0415 - needs the apps

    keychecks.check_keys(introduces=introduces)


def restore(arguments: list[str]) -> int:
    """Put a backup into an empty HOME; the database is started by it, once there is one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    end_on_signals()
    end_with_supervisor()  # of a try
    missing = [] if "--help" in arguments else missing_secrets()
    if missing:  # new ones would be made, with which nothing can be read
        print(
            f"没有恢复：缺少密钥 {'、'.join(missing)}。备份里没有密钥：请先把备份时的密钥放到 "
            f"{HOME / 'keys'} 或 .env，再恢复。",
            file=sys.stderr,
        )
        return 1
    connect_as_owner()
    try:
        execute_from_command_line(["expertpool", "restore", *arguments])
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        print(f"没有恢复：{error}", file=sys.stderr)
        is_hindered = "--discard" in arguments and str(error).startswith(FULL)
        return HINDERED if is_hindered else 1
    return 0


def serve(arguments: list[str]) -> int:
    """Serve the pages at HOST:PORT until told to stop."""
    if arguments:
        print("serve 没有参数；地址用环境变量 HOST 和 PORT 指定。", file=sys.stderr)
        return 2
    end_on_signals()
    end_with_supervisor()
    limit_statements(PAGE_SECONDS)
    try:
        with server.bound(host(), port()) as held, database_running():
            application = import_module("config.wsgi").application
            bodies = import_module("config.bodies")
            server.serve(
                application,
                held,
                sender_of=bodies.sender_of,
                linked=bodies.linked(),
                page_of=bodies.page_of,
                note=import_module("config.answering").note,
            )
    except (DatabaseUnavailableError, ImproperlyConfigured) as error:
        return refused(error)
    return 0


@contextmanager
def full_disk_in_words() -> Iterator[None]:
    """Refuse in words (DatabaseUnavailableError) what a full disk ends inside the block, that of the files or of the
    database."""
    try:
        yield
    except Exception as error:
        from config.unfinished import is_full  # noqa: PLC0415 - needs the apps

        if isinstance(error, DatabaseUnavailableError) or not is_full(error):
            raise
        first = str(error).strip().partition("\n")[0]
        raise DatabaseUnavailableError(f"{FULL}（{first}）") from error


@contextmanager
def upgrade_in_words() -> Iterator[None]:
    """Say below the error what stands and what to do, where bringing the tables up to date fails inside the block
    (ImproperlyConfigured). A migration is one transaction: none of ours stands half."""
    ahead = steps_ahead()
    try:
        yield
    except Exception as error:
        from config.unfinished import is_full  # noqa: PLC0415 - needs the apps

        try:
            step = ahead - steps_ahead() + 1
        except DatabaseError:  # it is gone, which says why
            raise error from None
        if is_full(error):
            raise
        traceback.print_exception(error)
        raise ImproperlyConfigured(NOT_UPGRADED.format(step=step, ahead=ahead)) from error


def refused(error: Exception, what: str = STARTING) -> int:
    """Say why it does not start, or is not done; return the exit code, by which the supervisor tells what passes from what
    has to be mended."""
    print(f"{what}：{error}", file=sys.stderr)
    return os.EX_TEMPFAIL if isinstance(error, DatabaseUnavailableError) else 1


def interrupted() -> NoReturn:
    """Leave at once after Ctrl-C: to give back what `migrate` holds in memory takes Python seconds."""
    print("已中断。", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def figures(arguments: list[str]) -> int:
    """Answer Prometheus at METRICS_PORT until told to stop."""
    if arguments or not env_int("METRICS_PORT", default=0):
        print("metrics 没有参数；请用环境变量 METRICS_PORT 指定端口。", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    end_on_signals()
    end_with_supervisor()
    limit_statements(PAGE_SECONDS)
    try:
        with database_running():
            django.setup()
            import_module("config.metrics").serve_figures()
    except (DatabaseUnavailableError, ImproperlyConfigured, OSError) as error:
        return refused(error)
    return 0


def host() -> str:
    return env_str("HOST", "127.0.0.1")


def end_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into an orderly exit, so that the database is stopped too."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def end_with_supervisor() -> None:
    """Leave when the supervisor is gone, however it went: its end of our standard input closes."""
    # Taken out, so that no child of ours watches as well.
    if os.environ.pop("EXPERTPOOL_SUPERVISED", ""):

        def watch() -> None:
            os.read(sys.stdin.fileno(), 1)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=watch, daemon=True).start()
