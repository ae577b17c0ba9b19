"""Jobs: work that the worker does later, deferred inside the transaction that asks for it.

A job is a row in the same PostgreSQL (Procrastinate): it commits with the change that caused it
or vanishes with it. A task takes ids, calls one service, and may run twice without harm. Deadlines
are jobs with ``schedule_at``; nothing sleeps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

__all__ = ["app", "defer", "retry_external"]

# For tasks that talk to the outside world: 30 s, 60 s, 120 s … at most 5 times.
retry_external = RetryStrategy(max_attempts=5, exponential_wait=30)


def defer(
    task: Any, *, at: datetime | None = None, lock: str | None = None, **arguments: Any
) -> int:
    """Queue ``task`` with ``arguments`` (ids only) in the current transaction; return the job id.

    ``at`` is the earliest time; jobs with the same ``lock`` run one after the other.
    """
    return int(task.configure(schedule_at=at, lock=lock).defer(**arguments))
