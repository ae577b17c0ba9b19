"""Jobs of notices; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import HEAVY, UntilDone, app
from expertpool.notices.services import sending


@app.task(name="notices.send_out", queue=HEAVY, retry=UntilDone())
def send_out(*, notice_id: int) -> None:
    """Write the messages of a notice; what was written is not written again."""
    sending.send_out(notice_id=notice_id, now=timezone.now())


@app.task(name="notices.remind_out", queue=HEAVY, retry=UntilDone())
def remind_out(*, notice_id: int, number: int) -> None:
    """Write the messages of a reminder; likewise."""
    sending.remind_out(notice_id=notice_id, number=number, now=timezone.now())
