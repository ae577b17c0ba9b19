"""Jobs of changes; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.changes.services import requests
from expertpool.core.jobs import DEADLINES, UntilDone, app


@app.task(name="changes.tell_asked", queue=DEADLINES, retry=UntilDone())
def tell_asked(request_id: int) -> None:
    """Tell the office what an expert asked the day before."""
    requests.tell_office(request_id=request_id, now=timezone.now())


@app.task(name="changes.withdraw", queue=DEADLINES, retry=UntilDone())
def withdraw(request_id: int) -> None:
    """End what an expert took back the day before."""
    requests.withdraw_taken_back(request_id=request_id, now=timezone.now())
