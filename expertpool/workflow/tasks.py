"""Jobs of this app: each calls one service; running one twice changes nothing."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, UntilDone, app
from expertpool.workflow.services import leading, telling_approvals, two_persons


@app.periodic(cron="* * * * *")
@app.task(
    name="workflow.expire_requests", queue=DEADLINES, queueing_lock="workflow.expire_requests"
)
def expire_requests(timestamp: int) -> None:
    """Every minute: end the requests that no second person decided in time."""
    two_persons.expire_requests(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="workflow.end_notices", queue=DEADLINES, queueing_lock="workflow.end_notices")
def end_notices(timestamp: int) -> None:
    """Every minute: lead on what waited for the end of a public notice."""
    leading.end_notices(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="workflow.remind", queueing_lock="workflow.remind")
def remind(timestamp: int) -> None:
    """Every ten minutes: tell who decides that a term is near its end, or over."""
    telling_approvals.remind(now=timezone.now())


@app.periodic(cron="25 * * * *")
@app.task(name="workflow.tell_stuck", queueing_lock="workflow.tell_stuck")
def tell_stuck(timestamp: int) -> None:
    """Every hour: tell who manages flows of what nobody can decide any more."""
    telling_approvals.tell_stuck(now=timezone.now())


@app.task(name="workflow.tell_waiting", retry=UntilDone())
def tell_waiting(approval_id: int, moves: int) -> None:
    telling_approvals.tell_waiting(approval_id=approval_id, moves=moves, now=timezone.now())
