"""Jobs: work that the worker does later, deferred inside the transaction that asks for it.

A job is a row in the same PostgreSQL (Procrastinate): it commits with the change that caused it
or vanishes with it. A task takes ids, calls one service, and may run twice without harm. Deadlines
are jobs with ``schedule_at``; nothing sleeps.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

__all__ = ["app", "defer", "defer_batch", "retry_external", "retry_stalled"]

logger = logging.getLogger(__name__)

# For tasks that talk to the outside world: after 30, 90, 150, 210 and 270 seconds.
retry_external = RetryStrategy(max_attempts=5, wait=30, linear_wait=60)

# A job that took its worker along so often is not tried again.
MAX_STALLS = 5

# In the worker the app has a pool of connections of its own; a job deferred there would not wait
# for the transaction of the task that defers it.
_manager = JobManager(DjangoConnector())


def defer(
    task: Any, *, at: datetime | None = None, lock: str | None = None, **arguments: Any
) -> int:
    """Queue ``task`` with ``arguments`` (ids only) in the current transaction; return the job id.

    ``at`` is the earliest time; jobs with the same ``lock`` run one after the other.
    """
    deferrer = task.configure(schedule_at=at, lock=lock)
    deferrer.job_manager = _manager
    return int(deferrer.defer(**arguments))


def defer_batch(task: Any, jobs: Sequence[dict[str, Any]], *, at: datetime | None = None) -> None:
    """Queue ``task`` once for each dictionary of arguments, in one statement of this transaction."""
    if not jobs:
        return
    deferrer = task.configure(schedule_at=at)
    deferrer.job_manager = _manager
    deferrer.batch_defer(*jobs)


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
