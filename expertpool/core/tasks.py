"""Background work of the core."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy

from expertpool.core import bulk, rekeying
from expertpool.core.api import idempotency
from expertpool.core.exporting import runs as exports
from expertpool.core.importing import runs as imports
from expertpool.core.jobs import DEADLINES, HEAVY, app, remove_done, retry_stalled
from expertpool.core.storing import StoreDown

# After half a minute, a minute …: an hour in all.
when_store_answers = RetryStrategy(
    max_attempts=15, wait=30, linear_wait=30, retry_exceptions=[StoreDown]
)


@app.task(name="core.write_export", queue=HEAVY)
def write_export(*, run_id: int) -> None:
    """Write the file of one export; a file that is there already stays."""
    exports.write_export(run_id=run_id, now=timezone.now())


# Not at the full hour, and apart from each other.
@app.periodic(cron="17 * * * *")
@app.task(name="core.remove_expired_exports", queueing_lock="core.remove_expired_exports")
def remove_expired_exports(timestamp: int) -> None:
    """Every hour: delete the files of exports that have expired."""
    exports.remove_expired_exports(now=timezone.now())


@app.task(name="core.run_import", queue=HEAVY, retry=when_store_answers)
def run_import(*, run_id: int) -> None:
    """Import the rows of one confirmed run; a run that has ended stays as it is."""
    imports.perform_import(run_id=run_id, now=timezone.now(), progress=True)


@app.periodic(cron="27 * * * *")
@app.task(name="core.remove_expired_imports", queueing_lock="core.remove_expired_imports")
def remove_expired_imports(timestamp: int) -> None:
    """Every hour: forget the imports that have expired."""
    imports.remove_expired_imports(now=timezone.now())


@app.task(name="core.run_bulk", queue=HEAVY)
def run_bulk(*, run_id: int) -> None:
    """Do to many rows what a user asked for; a run that is over stays as it is."""
    bulk.work_off(run_id=run_id, now=timezone.now())


@app.periodic(cron="47 * * * *")
@app.task(name="core.remove_expired_bulk_runs", queueing_lock="core.remove_expired_bulk_runs")
def remove_expired_bulk_runs(timestamp: int) -> None:
    """Every hour: forget the runs that have expired."""
    bulk.remove_expired_runs(now=timezone.now())


@app.periodic(cron="37 * * * *")
@app.task(name="core.remove_expired_answers", queueing_lock="core.remove_expired_answers")
def remove_expired_answers(timestamp: int) -> None:
    """Every hour: forget the interface's answers whose time is over."""
    idempotency.remove_expired_answers(now=timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(name="core.count_shut", queue=HEAVY, queueing_lock="core.count_shut")
def count_shut(timestamp: int) -> None:
    """Every night: count what is encrypted and does not open, for whoever watches `/health/`."""
    rekeying.count_shut()


@app.periodic(cron="* * * * *")
@app.task(
    name="core.retry_stalled_jobs",
    queue=DEADLINES,
    queueing_lock="core.retry_stalled_jobs",
    pass_context=True,
)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: queue again the jobs of workers that have died."""
    await retry_stalled(context.app.job_manager)


@app.periodic(cron="7 * * * *")
@app.task(name="core.remove_done_jobs", queueing_lock="core.remove_done_jobs", pass_context=True)
async def remove_done_jobs(context: JobContext, timestamp: int) -> None:
    """Every hour: forget the jobs that were done long ago."""
    await remove_done(context.app.job_manager)
