"""Jobs of the reports app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import HEAVY, app, retry_external
from expertpool.reports.services.exposure import (
    compute_report,
    forget_forged_lists,
    list_candidates,
    request_usual_reports,
    tell_chain_head,
)
from expertpool.reports.services.months import count_forged_anew, tell_month, write_usual_months
from expertpool.reports.services.tallies import tally_all


@app.task(name="reports.compute_exposure", queue=HEAVY)
def compute_exposure(report_id: int) -> None:
    """Compute a queued report on exposure."""
    compute_report(report_id=report_id, now=timezone.now())


@app.periodic(cron="13 4 1 * *")
@app.task(name="reports.request_exposure", queueing_lock="reports.request_exposure")
def request_exposure(timestamp: int) -> None:
    """On the first of each month: queue the reports of the month that is over and of its year."""
    request_usual_reports(now=timezone.now())


@app.periodic(cron="37 4 1 * *")
@app.task(name="reports.write_months", queue=HEAVY, queueing_lock="reports.write_months")
def monthly_reports(timestamp: int) -> None:
    """On the first of each month: keep what departments made of experts in the one that is over, and send it."""
    month = write_usual_months(now=timezone.now())
    tell_month(month=month, now=timezone.now())


@app.periodic(cron="42 * * * *")
@app.task(name="reports.list_candidates", queue=HEAVY, queueing_lock="reports.list_candidates")
def hourly_candidates(timestamp: int) -> None:
    """Every hour: keep who were candidates where that may be told now, and make anew what somebody else wrote."""
    forget_forged_lists(now=timezone.now())
    list_candidates(now=timezone.now())
    count_forged_anew(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="reports.tally", queue=HEAVY, queueing_lock="reports.tally")
def frequent_tallies(timestamp: int) -> None:
    """Every ten minutes: count the sums of large topics anew."""
    tally_all(now=timezone.now())


@app.periodic(cron="5 8 * * *")
@app.task(
    name="reports.tell_chain_head", queueing_lock="reports.tell_chain_head", retry=retry_external
)
def daily_chain_head(timestamp: int) -> None:
    """Every morning: send the head of the log's chain to whoever may read the log."""
    tell_chain_head(now=timezone.now())
