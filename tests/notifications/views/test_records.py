from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.exporting import EXPORTS, visible_columns
from expertpool.core.exporting.exporter import cell_value
from expertpool.experts.settings import NOT_EXPORTED
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.exceptions import ResendRefused
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import LINK_HIDDEN, messages_about, notices
from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, SEALED, MessageSubject
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.resending import resend
from expertpool.notifications.services.sending import Recipient
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.notifications.conftest import NOON, WANG, send

pytestmark = pytest.mark.django_db
LIST = "/messages/records/"


@pytest.fixture
def sealed() -> Iterator[set[str]]:
    """The ids of ``tests.invitation`` that are still sealed, and how often the policy is asked."""
    ids: set[str] = set()

    def readable(user: User, asked: Collection[str]) -> set[str]:
        return set(asked) - ids

    with MESSAGE_SUBJECTS.holding(MessageSubject("tests.invitation", readable)):
        yield ids


@pytest.mark.shows("OVW-09", "PRJ-21")
def test_every_send_is_listed_with_receiver_channel_time_and_state(
    client: Client, admin: User
) -> None:
    for message in send("email", "sms", "site"):
        deliver(message_id=message.pk, now=NOON)
    send("sms", to=Recipient(None, "李梅"), key="other")
    page = login(client, admin).get(LIST).content.decode()
    for text in ("短信", "邮件", "站内信", "王建国", "138****0001", "w***@example.cn", "李梅"):
        assert text in page
    assert "2026-11-24 12:00" in page
    assert page.count("已发送") >= 3
    assert "发送失败" in page
    assert "13800000001" not in page


def test_the_text_and_the_reason_are_on_the_detail(client: Client, admin: User) -> None:
    (message,) = send("sms", to=Recipient(None, "李梅"))
    page = login(client, admin).get(f"{LIST}{message.uid}/").content.decode()
    assert "没有手机号" in page
    assert "李梅专家：请答复" in page


def test_nobody_else_gets_the_personal_link(client: Client, admin: User) -> None:
    (message,) = send("email")
    page = login(client, admin).get(f"{LIST}{message.uid}/").content.decode()
    assert f"请打开 {LINK_HIDDEN}。" in page
    assert "AbC123" not in page


def test_it_takes_the_permission(client: Client, operator: User, department_user: User) -> None:
    (message,) = send("sms")
    login(client, department_user)
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{message.uid}/").status_code == 403


def test_while_sealed_neither_name_nor_text_is_shown(
    client: Client, admin: User, sealed: set[str]
) -> None:
    (hidden,) = send("sms", about=("tests.invitation", 1), key="a")
    send(
        "sms",
        to=Recipient(None, "李梅", phone="13911112222"),
        about=("tests.invitation", 2),
        key="b",
    )
    sealed.add("1")
    login(client, admin)
    page = client.get(LIST).content.decode()
    detail = client.get(f"{LIST}{hidden.pk}/").content.decode()
    for secret in ("王建国", "0001", "城南"):
        assert secret not in page
        assert secret not in detail
    assert SEALED in page
    assert "李梅" in page
    sealed.clear()
    assert "王建国" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("channel=sms", {"a:sms", "b:sms"}),
        ("state=failed", {"b:sms"}),
        ("state=queued&channel=email", {"a:email"}),
        ("occasion=tests.invitation", {"a:sms", "a:email", "b:sms"}),
        ("days=2026-11-24", {"a:sms", "a:email", "b:sms"}),
        ("days=2026-11-23", set()),
        ("days=2026-11-20 至 2026-11-25", {"a:sms", "a:email", "b:sms"}),
    ],
)
def test_filters(client: Client, admin: User, query: str, keys: set[str]) -> None:
    send("sms", "email", key="a")
    send("sms", to=Recipient(None, "李梅"), key="b")
    shown = login(client, admin).get(f"{LIST}?{query}").context["page"].object_list
    assert {message.key for message in shown} == keys


@pytest.mark.shows("PRJ-21")
def test_messages_about_some_subjects_for_a_panorama(admin: User, sealed: set[str]) -> None:
    for number in (1, 2, 3):
        send("sms", about=("tests.invitation", number), key=str(number))
    send("email", about=("tests.project", 1), key="p")
    sealed.add("2")
    found = messages_about("tests.invitation", [1, 2]) | messages_about("tests.project", ["1"])
    rows = notices(found, viewer=admin)
    assert [(row.channel, row.sealed, row.recipient) for row in rows] == [
        ("邮件", False, WANG.name),
        ("短信", True, SEALED),
        ("短信", False, WANG.name),
    ]
    assert rows[1].address == rows[1].subject == rows[1].body == ""


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_list(
    client: Client, admin: User, django_assert_num_queries: object, count: int
) -> None:
    for number in range(count):
        send("sms", about=("tests.invitation", number), key=str(number))
    assert Message.objects.count() == count
    login(client, admin)
    with django_assert_num_queries(9):  # type: ignore[operator]
        client.get(LIST)


def test_a_message_that_cannot_be_opened_takes_no_list_down(client: Client, admin: User) -> None:
    (message,) = send("sms")
    send("sms", to=Recipient(None, "李梅"), key="other")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE notifications_message SET recipient = '\x03deadbeef00',"
            r" address = '\x03deadbeef00' WHERE id = %s",
            [message.pk],
        )
    page = login(client, admin).get(LIST)
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("无法读取") == 2
    assert "李梅" in text


# --- Found, exported, sent once more ----------------------------------------------------------------


def found(client: Client, **filters: str) -> str:
    return client.get(LIST, filters, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.shows("OVW-09")
def test_letters_are_found_by_whom_they_went_to(
    client: Client, admin: User, sealed: set[str]
) -> None:
    send("email")
    send("email", to=Recipient(None, "李梅", email="li@example.cn"), key="other")
    send("sms", to=Recipient(None, "李兰"), key="hidden", about=("tests.invitation", 7))
    sealed.add("7")
    login(client, admin)
    page = found(client, recipient="李")
    assert "李梅" in page
    assert "王建国" not in page
    assert SEALED not in page, "whose letter may not be read is not found by him"
    assert "没有符合条件的通知" in found(client, recipient="李兰")


@pytest.mark.shows("PRJ-22")
def test_records_are_exported_as_they_are_shown(
    client: Client, admin: User, sealed: set[str]
) -> None:
    send("email", "sms")
    send("sms", to=Recipient(None, "李兰"), key="hidden", about=("tests.invitation", 7))
    sealed.add("7")
    exporter = EXPORTS["notifications.records"]
    rows = exporter.rows(admin, QueryDict("channel=sms"))
    assert rows.count() == 2
    columns = visible_columns(exporter.read(admin, QueryDict()).columns, admin, QueryDict())
    cells = [[cell_value(admin, one, row) for one in columns] for row in rows.iterator(1)]
    text = str(cells)
    for words in ("王建国", "138****0001", SEALED, LINK_HIDDEN):
        assert words in text
    for words in ("李兰", "13800000001"):
        assert words not in text


def test_what_is_kept_out_of_exports_is_not_in_them(admin: User) -> None:
    configure(NOT_EXPORTED, ["experts.name"])
    headers = [
        one.header
        for one in visible_columns(
            EXPORTS["notifications.records"].read(admin, QueryDict()).columns, admin, QueryDict()
        )
    ]
    assert "收件人" not in headers
    assert "地址" in headers


def failed(**kw: Any) -> Message:
    (message,) = send("email", now=timezone.now(), **kw)
    Message.objects.filter(pk=message.pk).update(state=DeliveryState.FAILED, detail="拒收")
    message.refresh_from_db()
    return message


@pytest.mark.shows("OVW-09")
def test_what_failed_is_sent_once_more(client: Client, admin: User) -> None:
    message = failed()
    address = f"{LIST}{message.uid}/"
    assert "重新发送" in login(client, admin).get(address).content.decode()
    for _ in range(2):
        client.post(f"{address}resend/")
    copy = Message.objects.exclude(pk=message.pk).get()
    assert (copy.address, copy.body) == (message.address, message.body)
    assert copy.state == DeliveryState.QUEUED
    assert Entry.objects.filter(action="notifications.resend").count() == 1
    assert "resend/" not in client.get(address).content.decode()


def test_what_went_out_is_old_or_sealed_is_not(admin: User, sealed: set[str]) -> None:
    (queued,) = send("email", now=timezone.now())
    old = failed(key="old")
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    hidden = failed(key="hidden", about=("tests.invitation", 7))
    sealed.add("7")
    for message in (queued, old, hidden):
        with pytest.raises(ResendRefused):
            resend(message=message, actor=admin, now=timezone.now())
