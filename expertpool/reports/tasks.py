"""Jobs of the reports app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import HEAVY, app
from expertpool.reports.services import compute_report, request_usual_reports


@app.task(name="reports.compute_exposure", queue=HEAVY)
def compute_exposure(report_id: int) -> None:
    """Compute a queued report on exposure."""
    compute_report(report_id=report_id, now=timezone.now())


@app.periodic(cron="13 4 1 * *")
@app.task(name="reports.request_exposure", queueing_lock="reports.request_exposure")
def request_exposure(timestamp: int) -> None:
    """On the first of each month: queue the reports of the month that is over and of its year."""
    request_usual_reports(now=timezone.now())
