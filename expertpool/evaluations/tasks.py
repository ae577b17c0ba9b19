"""Jobs of ratings; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app
from expertpool.evaluations.services import windows


@app.periodic(cron="*/10 * * * *")
@app.task(name="evaluations.sweep", queueing_lock="evaluations.sweep")
def sweep(timestamp: int) -> None:
    """Every ten minutes: look for reviews that are over, and for ratings whose time is."""
    windows.sweep(now=timezone.now())


@app.task(name="evaluations.open")
def open_evaluation(*, project_id: int) -> None:
    """Begin the time for rating one project."""
    windows.open_evaluation(project_id=project_id, now=timezone.now())


@app.task(name="evaluations.remind")
def remind(*, evaluation_id: int) -> None:
    """Remind who has still to rate one project."""
    windows.remind(evaluation_id=evaluation_id, now=timezone.now())


@app.task(name="evaluations.close")
def close_evaluation(*, evaluation_id: int) -> None:
    """End the time for rating one project."""
    windows.close_evaluation(evaluation_id=evaluation_id, now=timezone.now())
