from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import own_messages, unread_messages
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.sending import Recipient
from tests.fixtures import login
from tests.notifications.conftest import NOON, send

pytestmark = pytest.mark.django_db


def tell(user: User, *names: str) -> list[Message]:
    """Send ``user`` one site message for each project name; all arrive."""
    messages = []
    for name in names:
        to = Recipient(account=user.username, name=user.name)
        (message,) = send("site", to=to, key=f"{user.pk}:{name}", context={"项目名称": name})
        deliver(message_id=message.pk, now=NOON)
        messages.append(message)
    return messages


@pytest.mark.shows("OVW-09")
def test_a_user_sees_his_own_messages_and_no_others(
    client: Client, operator: User, admin: User
) -> None:
    tell(operator, "甲工程")
    (other,) = tell(admin, "乙工程")
    send("site", to=Recipient(operator.username, operator.name), key="waits")
    login(client, operator)
    page = client.get("/messages/").content.decode()
    assert "1 条未读" in page
    assert list(own_messages(operator).values_list("key", flat=True)) == [
        f"{operator.pk}:甲工程:site"
    ]
    assert client.get(f"/messages/{other.uid}/").status_code == 404


def test_opening_marks_read_and_refreshes_the_list(client: Client, operator: User) -> None:
    first, second = tell(operator, "甲工程", "乙工程")
    login(client, operator)
    response = client.get(f"/messages/{first.uid}/")
    assert "请答复甲工程" in response.content.decode()
    assert "list:refresh" in response["HX-Trigger"]
    assert list(unread_messages(operator)) == [second]
    first.refresh_from_db()
    assert first.read_at is not None
    assert first.read_at <= timezone.now()


def test_all_can_be_marked_read_but_only_ones_own(
    client: Client, operator: User, admin: User
) -> None:
    tell(operator, "甲工程", "乙工程")
    tell(admin, "丙工程")
    login(client, operator)
    assert client.get("/messages/read/").status_code == 405
    assert client.post("/messages/read/").status_code == 204
    assert not unread_messages(operator).exists()
    assert unread_messages(admin).count() == 1


def test_the_tabs_hold_what_they_say(client: Client, operator: User) -> None:
    first, _ = tell(operator, "甲工程", "乙工程")
    login(client, operator)
    client.get(f"/messages/{first.uid}/")
    unread = client.get("/messages/", headers={"HX-Request": "true", "HX-Target": "list"})
    everything = client.get("/messages/?tab=all").content.decode()
    assert unread.content.decode().count("/messages/") < everything.count("/messages/")
    assert f"/messages/{first.uid}/" not in unread.content.decode()
    assert f"/messages/{first.uid}/" in everything
    assert "<html" not in unread.content.decode()


def test_the_bell_counts_what_is_unread(client: Client, operator: User) -> None:
    tell(operator, "甲工程", "乙工程")
    login(client, operator)
    assert "站内消息，2 条未读" in client.get("/messages/?tab=all").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_list(
    client: Client, operator: User, django_assert_num_queries: object, count: int
) -> None:
    tell(operator, *(f"工程{n}" for n in range(count)))
    login(client, operator)
    with django_assert_num_queries(8):  # type: ignore[operator]
        client.get("/messages/")


def test_a_message_that_cannot_be_opened_leaves_the_others(client: Client, operator: User) -> None:
    altered, _ = tell(operator, "甲工程", "乙工程")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE notifications_message SET subject = '\x03deadbeef00' WHERE id = %s",
            [altered.pk],
        )
    page = login(client, operator).get("/messages/")
    assert page.status_code == 200
    assert page.content.decode().count("无法读取") == 1
