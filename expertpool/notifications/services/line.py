"""The line over which a gateway tells what became of short messages, and what was written back."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.base import DeliveryReport, Inbound
from expertpool.notifications.channels.sms import smpp
from expertpool.notifications.channels.sms.settings import SMPP
from expertpool.notifications.services.replies import take_pushed


def take_told(told: Sequence[DeliveryReport | Inbound]) -> None:
    """Keep what came over the line; in a thread that has no request and no job to end its connection."""
    try:
        take_pushed(provider=SMPP, told=told, now=timezone.now())
    finally:
        connection.close()


def keep_line() -> bool:
    """See to it that the line stands in this process; True if it does."""
    return smpp.keep_line(value_of)
