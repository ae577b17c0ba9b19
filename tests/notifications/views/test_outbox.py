from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from expertpool.notifications.services.delivery import deliver
from tests.notifications.conftest import NOON, send

pytestmark = pytest.mark.django_db
URL = "/dev/outbox/"


@pytest.fixture(autouse=True)
def sent() -> None:
    for message in send("sms", "email", "site"):
        deliver(message_id=message.pk, now=NOON)


def test_whoever_tries_the_product_finds_the_personal_link(client: Client) -> None:
    page = client.get(URL).content.decode()
    link = '<a href="https://pool.example.cn/r/AbC123">https://pool.example.cn/r/AbC123</a>'
    assert page.count(link) == 2
    assert "13800000001" in page
    assert "wang@example.cn" in page


def test_newest_first(client: Client) -> None:
    (later,) = send("sms", key="later", context={"项目名称": "后来的工程"})
    deliver(message_id=later.pk, now=NOON)
    page = client.get(URL).content.decode()
    assert page.index("后来的工程") < page.index("城南")


def test_outside_development_there_is_no_outbox(client: Client, settings: Settings) -> None:
    settings.DEV_PAGES = False
    assert client.get(URL).status_code == 404


@pytest.mark.parametrize("count", [0, 2])
def test_queries_do_not_grow(client: Client, django_assert_num_queries: object, count: int) -> None:
    for number in range(count):
        (message,) = send("sms", key=str(number))
        deliver(message_id=message.pk, now=NOON)
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get(URL)
