"""Jobs of personal data; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import HEAVY, app
from expertpool.privacy.services import answering, retaining


@app.periodic(cron="50 8 * * *")
@app.task(name="privacy.remind", queueing_lock="privacy.remind")
def remind(timestamp: int) -> None:
    """Each working morning: tell who may answer what is nearly due."""
    answering.remind_of_requests(now=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="privacy.retain", queue=HEAVY, queueing_lock="privacy.retain")
def retain(timestamp: int) -> None:
    """Each night: erase what is kept no longer."""
    retaining.retain(now=timezone.now())
