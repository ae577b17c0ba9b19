"""Putting events on their way, in the transaction of what happened."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.prepared import Prepared
from expertpool.webhooks.enums import RULE, TEST, DeliveryState, EventCode
from expertpool.webhooks.exceptions import ResendRefused
from expertpool.webhooks.models import Delivery, Subscription


def is_wanted(event: EventCode) -> bool:
    """Tell whether somebody subscribed to ``event``."""
    return any(event in events for events in _wanted.all())


def announce(
    *,
    event: EventCode,
    data: Callable[[], dict[str, Any]],
    at: datetime,
    now: datetime,
    key: str = "",
) -> None:
    """Queue ``event``, which happened ``at``, for every active subscription to it. ``data`` gives ids,
    numbers and states; it is asked for where somebody subscribed. A fact with a ``key`` is queued once
    for each."""
    if subscriptions := list(_subscribed(event)):
        content = data()
        with transaction.atomic():
            for subscription in subscriptions:
                _queue(subscription, event, content, at=at, now=now, key=key)


@transaction.atomic
def send_test(*, subscription: Subscription, now: datetime) -> Delivery:
    """Queue an event that tells nothing, to try the address and the signature."""
    return _queue(subscription, TEST, {}, at=now, now=now)


@transaction.atomic
def send_of_rule(
    *, subscription: Subscription, data: dict[str, Any], key: str, now: datetime
) -> Delivery:
    """Queue what an event rule says to ``subscription``, whatever that is subscribed to; once for each
    ``key``."""
    return _queue(subscription, RULE, data, at=now, now=now, key=key)


@transaction.atomic
def resend(*, delivery: Delivery, actor: User, now: datetime) -> None:
    """Send a failed delivery again, with as many attempts as a new one; logs it.

    Refuses (ResendRefused) one that has not failed.
    """
    failed = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.FAILED)
    # Of two who press it at once, one finds it waiting already.
    if not failed.update(state=DeliveryState.WAITING, attempts=0, due_at=now):
        raise ResendRefused("只有失败的推送可以重发。")
    record(
        "webhook.resend", actor=actor, now=now, subject=delivery.subscription, note=str(delivery)
    )
    _defer(delivery)


def _subscribed(event: EventCode) -> QuerySet[Subscription]:
    return Subscription.objects.filter(active=True, events__contains=[event])


_wanted = Prepared(
    lambda: Subscription.objects.filter(active=True).values_list("events", flat=True)
)


def _queue(
    subscription: Subscription,
    event: str,
    data: dict[str, Any],
    *,
    at: datetime,
    now: datetime,
    key: str = "",
) -> Delivery:
    uid = uuid.uuid4()
    content = {
        "id": str(uid),
        "event": event,
        "at": timezone.localtime(at).isoformat(timespec="seconds"),
        "data": data,
    }
    values = {
        "uid": uid,
        "event": event,
        "body": json.dumps(content, ensure_ascii=False),
        "due_at": now,
        "created_at": now,
    }
    own = {"subscription": subscription, "key": key}
    if not key:
        delivery, is_new = Delivery.objects.create(**own, **values), True
    else:
        delivery, is_new = Delivery.objects.get_or_create(**own, defaults=values)
    if is_new:
        _defer(delivery)
    return delivery


def _defer(delivery: Delivery) -> None:
    # One attempt of a delivery at a time, also when it was resent by hand.
    defer("webhooks.deliver", lock=f"webhook-{delivery.pk}", delivery_id=delivery.pk)
