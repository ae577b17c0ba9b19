from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.webhooks.enums import DeliveryState
from expertpool.webhooks.models import Delivery, Subscription
from tests.factories.webhooks import PUBLIC, make_delivery, make_subscription
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DATA = {"name": "交易平台", "url": PUBLIC, "events": ["draw.ended", "project.approved"]}


def test_an_administrator_subscribes_a_platform(client: Client, admin: User) -> None:
    login(client, admin)
    answer = client.post("/webhooks/new/", DATA)
    found = re.search(r"whsec_[\w-]{43}", answer.content.decode())
    assert found
    assert answer["Cache-Control"] == "no-store"
    subscription = Subscription.objects.get()
    assert subscription.secret == found[0]
    assert subscription.events == ["project.approved", "draw.ended"]
    pages = [
        client.get(url).content.decode() for url in ("/webhooks/", f"/webhooks/{subscription.pk}/")
    ]
    assert all("交易平台" in page and found[0] not in page for page in pages)
    logged = " ".join(f"{entry.after} {entry.note}" for entry in Entry.objects.all())
    assert PUBLIC in logged
    assert found[0] not in logged


def test_the_secret_is_encrypted_at_rest() -> None:
    secret = make_subscription().secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM webhooks_subscription")
        assert secret.encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"url": "http://127.0.0.1/hook"}, "内网地址"),
        ({"url": "ftp://93.184.215.14/"}, "http://"),
        ({"events": []}, "至少选择一个事件"),
        ({"name": ""}, "is-invalid"),
    ],
)
def test_what_was_typed_stays_when_the_form_is_refused(
    client: Client, admin: User, change: dict[str, Any], message: str
) -> None:
    answer = login(client, admin).post("/webhooks/new/", DATA | change)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert (DATA | change)["url"] in answer.content.decode()
    assert not Subscription.objects.exists()


def test_a_subscription_is_changed_and_disabled(client: Client, admin: User) -> None:
    subscription = make_subscription(actor=admin)
    login(client, admin)
    answer = client.post(f"/webhooks/{subscription.pk}/", DATA | {"name": "OA"})
    assert answer.status_code == 204
    changed = Subscription.objects.get()
    assert (changed.name, changed.active, changed.secret) == ("OA", False, subscription.secret)
    entry = Entry.objects.get(action="webhook.edit")
    assert entry.after == {
        "name": "OA",
        "events": ["project.approved", "draw.ended"],
        "active": False,
    }


def test_a_test_event_shows_in_the_log_with_its_content(client: Client, admin: User) -> None:
    subscription = make_subscription(actor=admin)
    login(client, admin)
    assert client.post(f"/webhooks/{subscription.pk}/test/").status_code == 204
    delivery = Delivery.objects.get()
    page = client.get("/webhooks/deliveries/").content.decode()
    assert "测试" in page
    assert "交易平台" in page
    detail = client.get(f"/webhooks/deliveries/{delivery.pk}/").content.decode()
    assert str(delivery.uid) in detail
    assert subscription.secret not in page + detail


def test_a_failed_delivery_is_sent_again_from_the_log(client: Client, admin: User) -> None:
    delivery = make_delivery(actor=admin, now=timezone.now())
    login(client, admin)
    assert client.post(f"/webhooks/deliveries/{delivery.pk}/resend/").status_code == 409
    Delivery.objects.update(state=DeliveryState.FAILED)
    assert client.get("/webhooks/deliveries/?tab=failed").context["total"] == 1
    assert client.post(f"/webhooks/deliveries/{delivery.pk}/resend/").status_code == 204
    assert client.get("/webhooks/deliveries/?tab=failed").context["total"] == 0


@pytest.mark.parametrize("path", ["/webhooks/", "/webhooks/deliveries/"])
def test_lists_ask_the_same_for_any_number_of_rows(client: Client, admin: User, path: str) -> None:
    login(client, admin).get(path)

    def queries(rows: int) -> int:
        while Delivery.objects.count() < rows:
            make_delivery(actor=admin, now=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).context["total"] == rows
        return len(asked)

    assert queries(1) == queries(3)
