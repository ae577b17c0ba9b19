"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.backups.services import nightly
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
def make(actor_id: int | None) -> None:
    """Make a backup now."""
    actor = User.objects.get(pk=actor_id) if actor_id is not None else None
    nightly.make(actor=actor, clock=timezone.now)
