"""A real worker process sends what was queued."""

from __future__ import annotations

import pytest
from django.utils import timezone

from expertpool.webhooks.enums import DeliveryState
from expertpool.webhooks.models import Delivery
from tests.factories.webhooks import make_delivery
from tests.webhooks.receiver import Receiver
from tests.worker import Worker, wait_for


@pytest.mark.django_db(transaction=True)
def test_a_worker_delivers_a_queued_event(receiver: Receiver) -> None:
    delivery = make_delivery(receiver.url(), now=timezone.now())
    with Worker(WEBHOOK_PRIVATE_HOSTS="127.0.0.1").running():
        wait_for(lambda: Delivery.objects.get().state == DeliveryState.DELIVERED)
    (call,) = receiver.calls
    assert call.is_signed_with(delivery.subscription.secret)
