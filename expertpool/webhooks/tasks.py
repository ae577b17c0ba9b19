"""Jobs of this app."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from expertpool.core.jobs import WEBHOOKS, app
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.services import delivery, experts, facts


@app.task(name="webhooks.deliver", queue=WEBHOOKS)
def deliver_event(delivery_id: int) -> None:
    """Make one attempt to deliver an event; its next attempt is a job of its own."""
    delivery.deliver(delivery_id=delivery_id, now=timezone.now())


@app.task(name="webhooks.tell_hour")
def tell_hour(event: str, about_id: int, hour: str) -> None:
    """Announce what happened in an hour that is over, of a draw whose names are sealed."""
    code, began = EventCode(event), datetime.fromisoformat(hour)
    facts.tell_hour(event=code, pk=about_id, hour=began, now=timezone.now())


@app.task(name="webhooks.tell_leave")
def tell_leave(leave_id: int) -> None:
    """Announce a leave that an expert filed himself, once the office may know of it."""
    experts.tell_leave(leave_id, now=timezone.now())
