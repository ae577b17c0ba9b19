"""Background work of the core."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext

from expertpool.core.jobs import app


@app.task(name="core.write_export")
def write_export(*, run_id: int) -> None:
    """Write the file of one export; a file that is there already stays."""
    from expertpool.core.exporting.runs import write_export

    write_export(run_id=run_id, now=timezone.now())


@app.periodic(cron="17 * * * *")
@app.task(name="core.remove_expired_exports", queueing_lock="core.remove_expired_exports")
def remove_expired_exports(timestamp: int) -> None:
    """Every hour: delete the files of exports that have expired."""
    from expertpool.core.exporting.runs import remove_expired_exports

    remove_expired_exports(now=timezone.now())


@app.task(name="core.run_import")
def run_import(*, run_id: int) -> None:
    """Import the rows of one confirmed run; a run that has ended stays as it is."""
    from expertpool.core.importing.runs import perform_import

    perform_import(run_id=run_id, now=timezone.now(), progress=True)


@app.periodic(cron="27 * * * *")
@app.task(name="core.remove_expired_imports", queueing_lock="core.remove_expired_imports")
def remove_expired_imports(timestamp: int) -> None:
    """Every hour: forget the imports that have expired."""
    from expertpool.core.importing.runs import remove_expired_imports

    remove_expired_imports(now=timezone.now())


@app.periodic(cron="37 * * * *")
@app.task(name="core.remove_expired_answers", queueing_lock="core.remove_expired_answers")
def remove_expired_answers(timestamp: int) -> None:
    """Every hour: forget the interface's answers whose time is over."""
    from expertpool.core.api.idempotency import remove_expired_answers

    remove_expired_answers(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name="core.retry_stalled_jobs", queueing_lock="core.retry_stalled_jobs", pass_context=True
)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Every minute: queue again the jobs of workers that have died."""
    from expertpool.core.jobs import retry_stalled

    await retry_stalled(context.app.job_manager)
