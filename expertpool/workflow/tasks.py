"""Jobs of this app: each calls one service; running one twice changes nothing."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, app
from expertpool.workflow.services import two_persons


@app.periodic(cron="* * * * *")
@app.task(
    name="workflow.expire_requests", queue=DEADLINES, queueing_lock="workflow.expire_requests"
)
def expire_requests(timestamp: int) -> None:
    """Every minute: end the requests that no second person decided in time."""
    two_persons.expire_requests(now=timezone.now())
