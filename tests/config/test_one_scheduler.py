"""Workers of two machines, and what is done each minute: once, by whichever comes first."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateWorker

from config.environment import HOME
from expertpool.core.duties import duties
from tests.worker import program, wait_for

TICKS = """
SELECT task_name, (args->>'timestamp')::bigint FROM procrastinate_jobs
WHERE args ? 'timestamp' AND task_name = ANY (%s) ORDER BY 1, 2
"""
MINUTES = 3  # beginnings of minutes, of which two may have been before the second worker lived


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_two_workers_queue_each_minute_once_and_leave_none_out(tmp_path: Path) -> None:
    with ExitStack() as machines:
        for name in ("one", "two"):
            home = tmp_path / name
            home.mkdir(mode=0o700)
            shutil.copytree(HOME / "keys", home / "keys")
            machines.enter_context(program("worker", "deadlines", EXPERTPOOL_HOME=str(home)))
        wait_for(lambda: ProcrastinateWorker.objects.count() == 2, seconds=120)
        begun = len(minutes(ticks()))
        wait_for(lambda: len(minutes(ticks())) >= begun + MINUTES, seconds=300)
        found = ticks()
    assert faults(found) == []
    assert {name for name, _ in found} >= duties().keys()
    # The control: what is looked for is found.
    name, last = found[-1]
    assert faults([*found, (name, last)]) == [f"{name} {last}: 2"]
    assert faults([*found, (name, last + 120)]) == [
        f"{name}: nothing between {last} and {last + 120}"
    ]


def ticks() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(TICKS, [list(duties())])
        return cursor.fetchall()


def minutes(found: list[tuple[str, int]]) -> set[int]:
    return {at for _, at in found}


def faults(found: list[tuple[str, int]]) -> list[str]:
    """Return what was queued twice, and which minutes between the first and the last were left out."""
    wrong = [f"{name} {at}: {times}" for (name, at), times in Counter(found).items() if times > 1]
    each = defaultdict(set)
    for name, at in found:
        each[name].add(at)
    for name, times in each.items():
        wrong += [
            f"{name}: nothing between {before} and {after}"
            for before, after in pairwise(sorted(times))
            if after - before != 60
        ]
    return wrong
