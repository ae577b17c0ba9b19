"""Jobs of certificates; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.certificates.services import lookups, runs
from expertpool.core.jobs import HEAVY, app


@app.task(name="certificates.work_off", queue=HEAVY)
def work_off(*, run_id: int) -> None:
    """Issue, reissue or print many; a run that is over stays as it is."""
    runs.work_off(run_id=run_id, now=timezone.now())


@app.periodic(cron="47 * * * *")
@app.task(name="certificates.tidy", queueing_lock="certificates.tidy")
def tidy(timestamp: int) -> None:
    """Every hour: forget expired runs with their files, and old counts of lookups."""
    runs.remove_expired_runs(now=timezone.now())
    lookups.forget_lookups(now=timezone.now())
