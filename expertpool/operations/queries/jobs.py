"""Jobs as whoever runs the system sees them: by queue, and those that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import CharField, DateTimeField, OuterRef, QuerySet, Subquery
from procrastinate.contrib.django.models import ProcrastinateEvent

from expertpool.accounts.models import User
from expertpool.core.health.words import length_text
from expertpool.operations.enums import QUEUE_LABELS
from expertpool.operations.models import FailedJob, JobFailure

# So many that wait for their time are no letters of one draw.
MANY = 1000
# A job waits since its time, or since it was queued: of the oldest of them that is looked up.
OPEN = """
SELECT queue_name,
    count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %(now)s)),
    count(*) FILTER (WHERE status = 'todo' AND scheduled_at > %(now)s),
    count(*) FILTER (WHERE status = 'doing'),
    least(
        min(scheduled_at) FILTER (WHERE status = 'todo'),
        (SELECT at FROM procrastinate_events
         WHERE job_id = min(job.id) FILTER (WHERE status = 'todo' AND scheduled_at IS NULL)
         ORDER BY id LIMIT 1)
    )
FROM procrastinate_jobs AS job WHERE status IN ('todo', 'doing') GROUP BY queue_name
"""


@dataclass(frozen=True)
class QueueState:
    """``due`` jobs wait for a place, the oldest for as long as ``age``; ``later`` ones for their time: how many
    is for nobody, it counts the letters and deadlines of single lines (docs/decisions/0133)."""

    code: str
    due: int = 0
    later: int = 0
    doing: int = 0
    age: timedelta = timedelta(0)

    @property
    def label(self) -> str:
        return QUEUE_LABELS.get(self.code, self.code)

    @property
    def age_text(self) -> str:
        return length_text(self.age) if self.due else "—"

    @property
    def later_text(self) -> str:
        if not self.later:
            return "没有"
        return "有" if self.later < MANY else "很多"


def queue_states(*, now: datetime) -> list[QueueState]:
    """Return how much waits and runs in each queue that somebody works on, or that has jobs."""
    found = {row[0]: row for row in _rows(OPEN, {"now": now})}
    worked_on = [queue for queues in settings.WORKERS.values() for queue in queues]
    return [_state(queue, found.get(queue), now) for queue in dict.fromkeys([*worked_on, *found])]


def _state(queue: str, row: Any, now: datetime) -> QueueState:
    if row is None:
        return QueueState(queue)
    _, due, later, doing, since = row
    age = now - since if due and since and since < now else timedelta(0)
    return QueueState(queue, due, later, doing, age)


def _rows(sql: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found


def failed_jobs() -> QuerySet[FailedJob]:
    """Return the jobs that failed for good, with ``failed_at``, ``reason`` and ``place``."""
    failures = JobFailure.objects.filter(job_id=OuterRef("pk"))
    ends = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="failed").order_by("-id")
    return FailedJob.objects.filter(status="failed").annotate(
        failed_at=Subquery(ends.values("at")[:1], output_field=DateTimeField()),
        reason=Subquery(failures.values("reason")[:1], output_field=CharField()),
        place=Subquery(failures.values("place")[:1], output_field=CharField()),
    )


def failed_since(since: datetime) -> int:
    """Return how many jobs have failed for good since then, and are left."""
    ends = ProcrastinateEvent.objects.filter(type="failed", at__gte=since, job__status="failed")
    return ends.values("job").distinct().count()


def failed_jobs_visible_to(user: User) -> QuerySet[FailedJob]:
    """Return the same to whoever may see how the system is."""
    rows = failed_jobs()
    return rows if user.has_permission("operations.view") else rows.none()
