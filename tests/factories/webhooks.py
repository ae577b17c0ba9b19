"""Subscriptions and deliveries for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.models import Delivery, Subscription
from expertpool.webhooks.services.announcing import send_test
from expertpool.webhooks.services.subscriptions import create_subscription
from tests.factories.accounts import make_user

PUBLIC = "https://93.184.215.14/hook"  # a number needs no name server; nothing is sent there


def make_subscription(
    url: str = PUBLIC, *events: str, actor: User | None = None, **kw: Any
) -> Subscription:
    """Subscribe ``url`` to ``events`` (all of them)."""
    return create_subscription(
        name=kw.pop("name", "交易平台"),
        url=url,
        events=events or EventCode.values,
        actor=actor or make_user("admin"),
        now=timezone.now(),
    )


def make_delivery(url: str = PUBLIC, *, actor: User | None = None, now: datetime) -> Delivery:
    """A test event that waits to be delivered."""
    return send_test(subscription=make_subscription(url, actor=actor), now=now)
