"""The transport of development: nothing leaves the machine, `/dev/outbox/` shows the messages."""

from __future__ import annotations

from django.conf import settings

from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus

PREFIX = "outbox-"


class Outbox:
    """Takes every message; its provider id is by what the page finds it."""

    def send(self, outbound: Outbound) -> SendResult:
        return SendResult(SendStatus.ACCEPTED, provider_id=f"{PREFIX}{outbound.reference}")


def outbox() -> Outbox | None:
    """Return what takes the messages of a channel for which nothing is configured: in development alone."""
    return Outbox() if settings.DEV_PAGES else None
