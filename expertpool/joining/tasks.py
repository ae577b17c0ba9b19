from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app
from expertpool.joining.services import cleaning


@app.periodic(cron="17 3 * * *")
@app.task(name="joining.clean", queueing_lock="joining.clean")
def clean(timestamp: int) -> None:
    """Every night: erase codes, drafts and contents that are over their time."""
    cleaning.clean(now=timezone.now())
