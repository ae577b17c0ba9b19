"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import MESSAGES, app
from expertpool.webhooks.services import delivery


@app.task(name="webhooks.deliver", queue=MESSAGES)
def deliver_event(delivery_id: int) -> None:
    """Make one attempt to deliver an event; its next attempt is a job of its own."""
    delivery.deliver(delivery_id=delivery_id, now=timezone.now())
