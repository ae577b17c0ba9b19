"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app
from expertpool.operations.services import failures


@app.periodic(cron="47 * * * *")
@app.task(name="operations.remove_old_failures", queueing_lock="operations.remove_old_failures")
def remove_old_failures(timestamp: int) -> None:
    """Every hour: forget old failures of jobs that went through."""
    failures.remove_old_failures(now=timezone.now())
