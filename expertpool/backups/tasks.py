"""Jobs of this app."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.backups.services import nightly
from expertpool.core.asking import perform
from expertpool.core.jobs import HEAVY, app


@app.periodic(cron="*/10 * * * *")
@app.task(name="backups.look", queueing_lock="backups.look")
def look(timestamp: int) -> None:
    """Every ten minutes: queue the day's backup if it is due."""
    nightly.look(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="backups.keep_journal", queueing_lock="backups.keep_journal")
def keep_journal(timestamp: int) -> None:
    """Every minute: keep what the database wrote since the last backup."""
    nightly.keep_journal(now=timezone.now())


@app.task(name="backups.make", queue=HEAVY)
def make(asked_id: int | None) -> None:
    """Make a backup now: what somebody asked for, or that of the day."""

    def backup(*, actor: Any, now: datetime) -> None:
        nightly.make(actor=actor, clock=timezone.now)

    if asked_id is None:
        backup(actor=None, now=timezone.now())
    else:
        perform(asked_id, "backups.make", backup, now=timezone.now())
