"""Jobs: work that the worker does later, deferred inside the transaction that asks for it.

A job is a row in the same PostgreSQL (Procrastinate): it commits with the change that caused it
or vanishes with it. A task takes ids, calls one service, and may run twice without harm. Deadlines
are jobs with ``schedule_at``; nothing sleeps.

Services name the task; only `tasks` modules know the services. A task says in which queue it waits
(docs/decisions/0040); ``settings.WORKERS`` says who works on which.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from procrastinate import BaseRetryStrategy, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, JobDeferrer, Status
from procrastinate.manager import JobManager

__all__ = [
    "DEADLINES", "HEAVY", "MESSAGES", "WEBHOOKS", "UntilDone", "app", "defer", "defer_batch",
    "is_queued", "jobs_before", "remove_done", "retry", "retry_external", "retry_stalled",
]  # fmt: skip

logger = logging.getLogger(__name__)

LONGEST_WAIT = 60  # seconds

# Queues, by what a job may be held up by. What names none waits in "default".
DEADLINES = "deadlines"  # ends at a moment that somebody was told: short, by nothing
MESSAGES = "messages"  # letters: by the office's own server that hangs
WEBHOOKS = "webhooks"  # talks to servers of others, any of which may hang on purpose
HEAVY = "heavy"  # files, PDFs, statistics: by the processor, for minutes

# For tasks that talk to the outside world: after 30, 90, 150, 210 and 270 seconds.
retry_external = RetryStrategy(max_attempts=5, wait=30, linear_wait=60)


@dataclass(frozen=True)
class UntilDone(BaseRetryStrategy):
    """For what must happen at its time: tried again after 1, 2, 4 … seconds, in the end each minute.

    A connection that broke, a lock that was not given in time or an error of ours ends no deadline.
    Only an exception of ``final``, by which a service refuses for good, or a row that is no more does.
    """

    final: tuple[type[Exception], ...] = ()

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, (*self.final, ObjectDoesNotExist)):
            return None
        wait = min(2 ** min(job.attempts, 6), LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait})


# A job that took its worker along so often is not tried again.
MAX_STALLS = 5

# What is done is of use to nobody but whoever looks for the reason of something that was just seen.
DONE_KEPT_HOURS = 7 * 24

# In the worker the app has a pool of connections of its own; a job deferred there would not wait
# for the transaction of the task that defers it.
_manager = JobManager(DjangoConnector())


def defer(
    name: str,
    *,
    at: datetime | None = None,
    lock: str | None = None,
    priority: int = 0,
    **arguments: Any,
) -> int:
    """Queue the task ``name`` with ``arguments`` (ids only) in the current transaction; return the
    job id. TypeError for arguments that the task does not take, LookupError for no such task.

    ``at`` is the earliest time; jobs with the same ``lock`` run one after the other. Of those that wait in a queue the
    one of the highest ``priority`` is next, of equal ones the first.
    """
    deferrer = _deferrer(name, [arguments], schedule_at=at, lock=lock, priority=priority)
    return int(deferrer.defer(**arguments))


def is_queued(name: str, **arguments: Any) -> bool:
    """Tell whether the task ``name`` waits, or runs, with ``arguments`` among its own."""
    jobs = ProcrastinateJob.objects.filter(task_name=name, args__contains=arguments)
    return jobs.filter(status__in=(Status.TODO.value, Status.DOING.value)).exists()


def jobs_before(name: str, *, now: datetime, **arguments: Any) -> int:
    """Return how many jobs of its queue are being done, or come first, before the task ``name`` that waits with
    ``arguments``; 0 where it does not wait."""
    jobs = ProcrastinateJob.objects.filter(status=Status.TODO.value)
    own = jobs.filter(task_name=name, args__contains=arguments).order_by("pk").first()
    if own is None:
        return 0
    of_queue = ProcrastinateJob.objects.filter(queue_name=own.queue_name)
    first = Q(priority__gt=own.priority) | Q(priority=own.priority, pk__lt=own.pk)
    first &= Q(status=Status.TODO.value)
    first &= Q(scheduled_at__isnull=True) | Q(scheduled_at__lte=now)
    return of_queue.filter(Q(status=Status.DOING.value) | first).count()


def defer_batch(
    name: str, jobs: Sequence[dict[str, Any]], *, at: datetime | None = None, priority: int = 0
) -> None:
    """Queue the task once for each dictionary of arguments, in one statement of this transaction."""
    if jobs:
        _deferrer(name, jobs, schedule_at=at, priority=priority).batch_defer(*jobs)


def _deferrer(name: str, jobs: Sequence[dict[str, Any]], **options: Any) -> JobDeferrer:
    task = app.tasks.get(name)
    if task is None:
        message = f"no task is called {name}"
        raise LookupError(message)
    taken = inspect.signature(task.func)
    # Here, where the mistake is made, rather than in the worker.
    for arguments in jobs:
        taken.bind(**arguments)
    deferrer = task.configure(**options)
    deferrer.job_manager = _manager
    return deferrer


def retry(job_id: int, *, at: datetime) -> None:
    """Queue a job that failed once more, in the current transaction (the queue's own errors)."""
    _manager.retry_job_by_id(job_id, retry_at=at)


async def retry_stalled(manager: JobManager) -> None:
    """Queue again the jobs of workers that have died: no heartbeat for 30 seconds.

    A killed worker leaves its job ``doing`` and the job's lock taken.
    """
    for job in await manager.get_stalled_jobs():
        logger.warning("job %s (%s) lost its worker", job.id, job.task_name)
        if job.attempts >= MAX_STALLS:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
            continue
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # its successor waits already (queueing lock)
            await manager.finish_job(job, Status.FAILED, delete_job=False)


async def remove_done(manager: JobManager) -> None:
    """Forget the jobs that were done, or given up by somebody, a week ago, with their events. One that failed
    stays until somebody has seen to it, and one for a later time waits."""
    await manager.delete_old_jobs(DONE_KEPT_HOURS, include_cancelled=True, include_aborted=True)
