"""What is done each minute is done, whatever the queue says.

Duties are periodic jobs, and those wait in tables: a row with the lock of one and a time in a hundred
years keeps it away for good, and the queue finds nothing wrong. So each run leaves a row that only this
system can write, and somebody else than the queue, the worker process itself, looks at these rows each
minute: it takes away what stands in the way, queues the duty anew and announces it (docs/decisions/0136).
"""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.tasks import Task

from expertpool.core.events import publish
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import DEADLINES, app, defer
from expertpool.core.models import DutyRun

EACH_MINUTE = "* * * * *"
LATE_AFTER = timedelta(minutes=3)
# Machines differ by less than this; a clock that was set back by more was wrong.
SET_BACK = timedelta(minutes=2)
# A periodic job is for now; what is tried again waits a few minutes.
FAR = timedelta(hours=1)
STARTED = timezone.now()  # before this process nobody looked

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DutiesLate:
    """``names`` (of tasks) were kept from their time, and have been queued anew."""

    names: tuple[str, ...]
    at: datetime


def note_run(name: str, *, now: datetime) -> None:
    """Note that the task ``name`` has run, if it is a duty."""
    if name in duties():
        write_run(name, at=now)


@transaction.atomic
def write_run(name: str, *, at: datetime) -> None:
    """Write that what is called ``name`` was done ``at``, whoever does it."""
    row, is_first = DutyRun.objects.select_for_update().get_or_create(
        name=name, defaults={"at": at}
    )
    if not is_first:
        row.at, row.n = at, row.n + 1
        row.save(update_fields=["at", "n", "proof"])


def was_set_back(name: str, *, now: datetime) -> bool:
    """Tell whether the clock was set back since what is called ``name`` was done last: that lies ahead."""
    runs = DutyRun.objects.filter(name=name, at__gt=now + SET_BACK)
    return any(map(is_vouched, runs))


def duties() -> dict[str, Task]:
    """Return what is done each minute and by nothing held up, by name."""
    return {
        name: task
        for name, task in _periodic(EACH_MINUTE).items()
        if task.queue == DEADLINES and not inspect.iscoroutinefunction(task.func)
    }


def late_duties(*, now: datetime, since: datetime | None = None) -> list[str]:
    """Return the duties that were not done for some minutes, all of them after ``since``, the start of
    this process; none before it."""
    if now - (since or STARTED) < LATE_AFTER:
        return []
    # What lies ahead was written before the clock was set back.
    rows = DutyRun.objects.filter(at__range=(now - LATE_AFTER, now + LATE_AFTER))
    done = {row.name for row in rows if is_vouched(row)}
    return sorted(duties().keys() - done)


def keep_duties(*, now: datetime, since: datetime | None = None) -> list[str]:
    """Take away what keeps periodic jobs from their time, and queue anew what is late; return the names
    of the tasks, which are logged and announced (DutiesLate)."""
    started = since or STARTED
    # The clock was set back since it began, which is then no time to count from.
    late = late_duties(now=now, since=now - LATE_AFTER if started > now else started)
    with transaction.atomic():
        kept = sorted({*late, *_take_away(_periodic(), late, now)})
        if kept:
            for name in late:
                defer(name, timestamp=int(now.timestamp()))  # as a periodic job has it
            logger.error("kept from their time, and queued anew: %s", ", ".join(kept))
            publish(DutiesLate(tuple(kept), now))
    return kept


def _take_away(tasks: dict[str, Task], late: list[str], now: datetime) -> set[str]:
    """Delete the jobs that hold the place of a periodic one and are none; and of the ``late`` whatever
    stands there, with what says that they were queued already."""
    locks = {task.queueing_lock: name for name, task in tasks.items() if task.queueing_lock}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY (%s)"
            " AND (scheduled_at > %s OR queueing_lock <> task_name OR task_name = ANY (%s))"
            " RETURNING queueing_lock",
            [list(locks), now + FAR, late],
        )
        found = {locks[row[0]] for row in cursor.fetchall()}
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers WHERE task_name = ANY (%s)"
            " OR (task_name = ANY (%s) AND defer_timestamp > %s)",
            [late, list(tasks), int((now + FAR).timestamp())],
        )
    return found


def _periodic(cron: str = "") -> dict[str, Task]:
    rows = app.periodic_registry.periodic_tasks.values()
    return {row.task.name: row.task for row in rows if cron in ("", row.cron)}
