"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import HEAVY, app
from expertpool.monitoring.services import keeping


@app.periodic(cron="23 * * * *")
@app.task(name="monitoring.keep_months", queueing_lock="monitoring.keep_months")
def keep_months(timestamp: int) -> None:
    """Every hour: make the tables of months to come, and drop those that are too old."""
    keeping.keep_months(now=timezone.now())


@app.periodic(cron="53 3 * * *")
@app.task(name="monitoring.thin_out", queue=HEAVY, queueing_lock="monitoring.thin_out")
def thin_out(timestamp: int) -> None:
    """Every night: keep one heartbeat an hour of those long ago."""
    keeping.thin_out(now=timezone.now())
