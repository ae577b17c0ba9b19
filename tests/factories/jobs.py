"""Jobs that failed, for tests."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from expertpool.core.jobs import defer
from expertpool.operations.services.failures import note_failure


def fail_job(error: Exception | None = None, *, task: str = "audit.anchor") -> int:
    """Queue a job and let it fail, as the worker does; return its number."""
    job_id = defer(task, timestamp=1)
    set_status(job_id, "doing")
    note_failure(job_id=job_id, error=error or ValueError("x"), now=timezone.now())
    set_status(job_id, "failed")
    return job_id


def set_status(job_id: int, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job_id])
