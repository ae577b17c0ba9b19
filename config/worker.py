"""What the worker does around each job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.room import with_room


def with_room_for_calls(call_next: Callable[[], Any], _context: Any, _worker: Any) -> Any:
    """Run the task as a page is answered."""
    return with_room(call_next)()


def reading_settings_once(call_next: Callable[[], Any], _context: Any, _worker: Any) -> Any:
    """Run the task with the site's settings read at most once."""
    from expertpool.core.configuration import read_once  # noqa: PLC0415 - needs the apps

    with read_once():
        return call_next()


def measuring_jobs(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """Count the job among the figures (config.metrics)."""
    from config.metrics import count_job  # noqa: PLC0415 - only where figures are wanted

    try:
        result = call_next()
    except Exception:
        count_job(context.job.queue, "failed")
        raise
    count_job(context.job.queue, "done")
    return result


def noting_failures(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """Keep why a job failed, before the queue decides whether it is tried again."""
    from django.utils import timezone  # noqa: PLC0415 - needs the settings

    from expertpool.operations.services.failures import note_failure  # noqa: PLC0415 - needs the apps

    try:
        return call_next()
    except Exception as error:
        note_failure(job_id=context.job.id, error=error, now=timezone.now())
        raise


def noting_duties(call_next: Callable[[], Any], context: Any, _worker: Any) -> Any:
    """Note that a duty was done, once it was."""
    from django.utils import timezone  # noqa: PLC0415 - needs the settings

    from expertpool.core.duties import note_run  # noqa: PLC0415 - needs the apps

    result = call_next()
    if context.task is not None:
        note_run(context.task.name, now=timezone.now())
    return result
