"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.services import forgotten, sessions
from expertpool.core.jobs import UntilDone, app


@app.task(name="accounts.send_link", retry=UntilDone())
def send_link(record_id: int) -> None:
    """Send the link by which somebody who forgot his password chooses another one."""
    forgotten.send_link(record_id=record_id)


@app.periodic(cron="41 3 * * *")
@app.task(name="accounts.clear_sessions", queueing_lock="accounts.clear_sessions")
def clear_sessions(timestamp: int) -> None:
    """Every night: take away what nobody is signed in by any more."""
    sessions.clear_sessions(now=timezone.now())
