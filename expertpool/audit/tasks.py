"""Jobs of the audit app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.audit.services import anchors
from expertpool.core import mandates
from expertpool.core.jobs import DEADLINES, app


# By nothing held up: what is not confirmed yet can be rewritten.
@app.periodic(cron="* * * * *")
@app.task(name="audit.anchor", queue=DEADLINES, queueing_lock="audit.anchor")
def anchor(timestamp: int) -> None:
    """Every minute: confirm what was added to the log, with a key outside the database."""
    anchors.anchor(now=timezone.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="audit.look_at_all", queueing_lock="audit.look_at_all")
def look_at_all(timestamp: int) -> None:
    """Every night: look for rows that count for long and that this system did not write."""
    mandates.look_at_all(now=timezone.now())
