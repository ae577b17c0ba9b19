"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, MESSAGES, app, retry_external
from expertpool.notifications.services import delivery


@app.task(name="notifications.deliver_message", queue=MESSAGES, retry=retry_external)
def deliver_message(message_id: int) -> None:
    """Make one attempt to send a message; its own retries are jobs of their own."""
    delivery.deliver(message_id=message_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name="notifications.reap_stuck_messages",
    queue=DEADLINES,
    queueing_lock="notifications.reap_stuck_messages",
)
def reap_stuck_messages(timestamp: int) -> None:
    """Every minute: bring forward what a dead worker left behind."""
    delivery.reap_stuck(now=timezone.now())
