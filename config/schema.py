"""Whether the tables are those that this version of the code was written for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.postgres import DatabaseUnavailableError

OLDER = (
    "数据库还没有升级到这个版本的结构（或还是空的）：请先运行 expertpool migrate，"
    "或用 expertpool run 启动，它会自动升级。"
)
NEWER = (
    "数据库的结构比这个版本的程序新（{names}）：它已由更新的版本升级过。请改用升级后的程序，"
    "或恢复升级之前的备份。没有改动任何内容。"
)
NAMED = 3


def check_schema(*, migrates: bool = False) -> None:
    """Refuse to go on (ImproperlyConfigured) with tables that are newer than the code, or older where
    the command does not itself bring them up to date."""
    try:
        applied = _applied()
    except OperationalError as error:
        message = f"连不上数据库（{error}）：请确认它在运行，DATABASE_URL 的地址、账号和密码正确。"
        raise DatabaseUnavailableError(message) from error
    except ProgrammingError as error:  # a first start was cut off before it gave out any right
        raise ImproperlyConfigured(OLDER) from error
    known = set(_known())
    if newer := sorted(".".join(key) for key in applied - known):
        names = "、".join(newer[:NAMED]) + (" 等" if len(newer) > NAMED else "")
        raise ImproperlyConfigured(NEWER.format(names=names))
    if not migrates and known - applied:
        raise ImproperlyConfigured(OLDER)


def steps_ahead() -> int:
    """Return how many migrations `migrate` would run."""
    return len(set(_known()) - _applied())


def is_empty() -> bool:
    """Tell whether there are no tables yet."""
    return not _applied()


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def _known() -> Iterator[tuple[str, str]]:
    """Yield app and name of each migration. They are not loaded: that would take every start a second."""
    for app in apps.get_app_configs():
        package, _ = MigrationLoader.migrations_module(app.label)
        try:
            folder = import_module(str(package)).__path__
        except ModuleNotFoundError:  # an app without tables
            continue
        for module in iter_modules(folder):
            if module.name[0] not in "_~":  # as Django has it
                yield app.label, module.name
