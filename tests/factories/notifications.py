"""What becomes of messages, without a provider."""

from __future__ import annotations

from datetime import datetime

from expertpool.notifications.channels.base import DeliveryReport
from expertpool.notifications.enums import DeliveryEventKind
from expertpool.notifications.models import Attempt, Message
from expertpool.notifications.services.reports import take_reports


def come_back(message: Message, why: str = "空号", *, now: datetime) -> bool:
    """Let whoever carried ``message`` tell that it did not arrive; True if that was new."""
    attempt = Attempt.objects.filter(message=message).order_by("number").last()
    assert attempt is not None
    kind, own = DeliveryEventKind.UNDELIVERED, f"x.{message.uid.hex}"
    report = DeliveryReport(kind, attempt.provider_id, own, why)
    return bool(take_reports(provider=attempt.provider, reports=[report], now=now))
