"""`expertpool check`: whether this machine, these settings and this database can carry the product, said
before a start in words for whoever installs it. It changes nothing, but for the keys that a trial makes.

    machine.py     memory, disk, clock, fonts, port
    deployment.py  what the environment says: mode, keys, address, HTTPS, proxy
    supply.py      what it is made of: known vulnerabilities, by a file that is kept with its date
    database.py    what the database can, by trying it

Each check is one of `expertpool.core.health`, as those of a running system are, and says what to do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import groupby

import django
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from config.commands import end_on_signals
from config.database import connect_as_owner, database_running
from config.environment import HOME, env_str
from config.postgres import DatabaseUnavailableError, EmbeddedServer
from expertpool.core.health.catalogue import Check, Checked, Health, look

MARKS = {Health.OK: "√", Health.OFF: "-", Health.WARNING: "!", Health.FAILED: "×"}


def main(arguments: list[str]) -> int:
    """Say what is well, what is not, and what to do; 1 where the product could not or must not start."""
    if arguments:
        print("check 没有参数；设置见 .env.example。", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    end_on_signals()
    connect_as_owner()
    try:
        django.setup()
        found = list(_look())
    except ImproperlyConfigured as error:  # a setting without which nothing else can be looked at
        print(f"× 设置    {error}\n\n不能启动：请改正后再运行 expertpool check。")
        return 1
    print(told(found))
    return int(any(each.finding.state is Health.FAILED for each in found))


def _look() -> Iterator[Checked]:
    """Look at the machine and the settings, and at the database if there is one already."""
    from config.readiness import database, deployment, machine, supply  # noqa: PLC0415 - need the settings

    now = timezone.now()
    yield from look((*machine.CHECKS, *deployment.CHECKS, *supply.CHECKS), now=now)
    if not env_str("DATABASE_URL") and not (HOME / "postgres").exists():
        yield from look([database.to_be_made(EmbeddedServer(HOME))], now=now)
        return
    try:
        with database_running():
            yield from look(database.CHECKS, now=now)
    except DatabaseUnavailableError as error:
        yield from look([database.unreachable(error)], now=now)


def told(found: list[Checked]) -> str:
    """Return what was found as lines, one part below the other."""
    lines: list[str] = []
    for group, checks in groupby(found, key=lambda each: each.check.group):
        lines += ["", group.label]
        for check, finding in ((each.check, each.finding) for each in checks):
            said = f"{finding.sentence} {finding.figure}".rstrip()
            lines.append(f"  {MARKS[finding.state]} {_label(check)} {said}")
            if finding.mend:
                lines.append(f"    → {finding.mend}")
    count = {state: sum(each.finding.state is state for each in found) for state in Health}
    if failed := count[Health.FAILED]:
        end = f"不能启动，或启动后不安全：先改正标 × 的 {failed} 项，再运行 expertpool check。"
    elif warnings := count[Health.WARNING]:
        end = f"可以启动；标 ! 的 {warnings} 项，正式使用前请改正。"
    else:
        end = "可以启动。"
    return "\n".join([*lines[1:], "", end])


def _label(check: Check) -> str:
    """Chinese letters are as wide as two."""
    width = sum(2 if ord(letter) > 0x2E80 else 1 for letter in check.label)
    return check.label + " " * max(0, 16 - width)
