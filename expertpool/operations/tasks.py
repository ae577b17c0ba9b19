"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, WEBHOOKS, app, retry_external
from expertpool.operations.services import alerts, failures


@app.periodic(cron="47 * * * *")
@app.task(name="operations.remove_old_failures", queueing_lock="operations.remove_old_failures")
def remove_old_failures(timestamp: int) -> None:
    """Every hour: forget old failures of jobs that went through."""
    failures.remove_old_failures(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="operations.watch", queue=DEADLINES, queueing_lock="operations.watch")
def watch(timestamp: int) -> None:
    """Every minute: look at everything, and tell what turned bad."""
    failures.remove_made_good()
    alerts.watch(now=timezone.now())


@app.task(name="operations.tell_robot", queue=WEBHOOKS, retry=retry_external)
def tell_robot(alert_ids: list[int]) -> None:
    """Let the robot of the office's chat say what happened."""
    alerts.tell_robot(alert_ids=alert_ids, now=timezone.now())
