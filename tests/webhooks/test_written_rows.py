"""Somebody with live SQL leads the events of other platforms to himself, or writes one for them: nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.webhooks.enums import DeliveryState, EventCode
from expertpool.webhooks.models import Delivery, Subscription
from expertpool.webhooks.services.announcing import announce, resend
from expertpool.webhooks.services.delivery import deliver
from expertpool.webhooks.services.subscriptions import edit_subscription
from tests.factories.webhooks import make_delivery, make_subscription
from tests.fixtures import login
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def mine(receiver: Receiver) -> str:
    """An address of his own; allowed as any is."""
    return receiver.url()


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def attempt(delivery: Delivery) -> Delivery:
    deliver(delivery_id=delivery.pk, now=NOW)
    delivery.refresh_from_db()
    return delivery


def test_an_address_that_a_row_says_is_told_nothing(
    receiver: Receiver, mine: str, admin: User
) -> None:
    subscription = make_subscription("https://93.184.215.14/hook")
    write("UPDATE webhooks_subscription SET url = %s", mine)
    announce(event=EventCode.DRAW_SEALED, data=lambda: {"draw": "D1"}, at=NOW, now=NOW)
    delivery = attempt(Delivery.objects.get())
    assert delivery.state == DeliveryState.FAILED
    assert "在系统之外被改动过" in delivery.detail
    assert receiver.calls == []
    page = login(Client(), admin).get(reverse("webhooks:list")).content.decode()
    assert "被改动，不推送" in page
    # Whoever manages them saves what is right, and sends it again.
    edit_subscription(
        subscription=Subscription.objects.get(),
        name=subscription.name,
        url=mine,
        events=subscription.events,
        active=True,
        actor=admin,
        now=NOW,
    )
    resend(delivery=delivery, actor=admin, now=NOW)
    assert attempt(delivery).state == DeliveryState.DELIVERED


def test_nor_is_the_one_of_before_told_again(receiver: Receiver, mine: str, admin: User) -> None:
    make_subscription(mine)
    before = Subscription.objects.values("url", "active", "proof", "proof_n").get()
    one = Subscription.objects.get()
    edit_subscription(
        subscription=one,
        name=one.name,
        url=mine,
        events=one.events,
        active=False,
        actor=admin,
        now=NOW,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.update(**before)
    Subscription.objects.update(active=True, proof=before["proof"])
    announce(event=EventCode.DRAW_SEALED, data=lambda: {"draw": "D1"}, at=NOW, now=NOW)
    assert attempt(Delivery.objects.get()).state == DeliveryState.FAILED
    assert receiver.calls == []


@pytest.mark.parametrize("change", ['body = \'{"draw": "D2"}\'', "event = 'draw.ended'"])
def test_an_event_that_a_row_says_is_not_told(receiver: Receiver, mine: str, change: str) -> None:
    delivery = make_delivery(mine, now=NOW)
    write(f"UPDATE webhooks_delivery SET {change}")  # noqa: S608
    assert attempt(delivery).state == DeliveryState.FAILED
    assert "不是本系统产生的" in delivery.detail
    assert receiver.calls == []
