"""Jobs of inspections; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import HEAVY, UntilDone, app
from expertpool.inspections.services import renewing, rounds, terms


@app.task(name="inspections.fill", queue=HEAVY, retry=UntilDone())
def fill(round_id: int) -> None:
    """Make the list of a round that is being opened, and tell its experts."""
    rounds.fill_round(round_id=round_id, now=timezone.now())


@app.periodic(cron="40 8 * * *")
@app.task(name="inspections.remind", queue=HEAVY, queueing_lock="inspections.remind")
def remind(timestamp: int) -> None:
    """Each morning: remind who has not handed in, and tell who is suspended."""
    terms.remind(now=timezone.now())
    terms.tell_suspended(now=timezone.now())


@app.task(name="inspections.renew", queue=HEAVY)
def renew(run_id: int) -> None:
    """Renew the terms of many; a run that is over stays as it is."""
    renewing.work_off(run_id=run_id, now=timezone.now())
