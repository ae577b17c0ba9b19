"""What providers tell of messages afterwards: pushed, asked for, too early, twice, or never."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from alibabacloud_dysmsapi20170525 import models as aliyun_models
from alibabacloud_dysmsapi20170525.client import Client as AliyunClient
from alibabacloud_tea_openapi.models import Config
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.core import events
from expertpool.core.configuration import Setting, value_of
from expertpool.core.visibility import LATER, Later
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.base import DeliveryReport, Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import AttemptState, DeliveryEventKind, DeliveryState
from expertpool.notifications.events import MessageFailed, MessageSent
from expertpool.notifications.models import Attempt, DeliveryEvent, Message, Reply, store_registered
from expertpool.notifications.occasions import Registered
from expertpool.notifications.queries.attempts import callback_token
from expertpool.notifications.services import outcomes, replies, reports
from expertpool.notifications.services.delivery import deliver, reap_stuck
from expertpool.notifications.services.references import reference
from expertpool.notifications.services.reports import ask_due, ask_provider, take_reports
from tests.factories.notifications import come_back
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.notifications.conftest import NOON, send
from tests.notifications.sms_platform import KEY, SECRET, Platform

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Answering:
    """A provider that answers as it is told, and may push before it does."""

    def __init__(self, result: SendResult, before: Callable[[Outbound], object] | None = None):
        self.result, self.before, self.sent = result, before, 0

    def send(self, outbound: Outbound) -> SendResult:
        self.sent += 1
        if self.before:
            self.before(outbound)
        return self.result


ACCEPTED = SendResult(SendStatus.ACCEPTED, provider_id="9006^0")
LOST = SendResult(SendStatus.UNKNOWN, detail="没有答复")


@pytest.fixture
def facts() -> Iterator[list[object]]:
    heard: list[object] = []
    for kind in (MessageSent, MessageFailed):
        events._receivers[kind].append(heard.append)
    yield heard
    for kind in (MessageSent, MessageFailed):
        events._receivers[kind].remove(heard.append)


@pytest.fixture
def platform(db: None) -> Iterator[Platform]:
    with Platform() as found:
        yield found


def by(monkeypatch: pytest.MonkeyPatch, transport: Answering) -> Message:
    """A short message that ``transport`` carried for Aliyun."""
    configure(sms.PROVIDER, sms.ALIYUN)
    monkeypatch.setattr(SmsChannel, "transport", lambda self: transport)
    (message,) = send("sms")
    Message.objects.filter(pk=message.pk).update(state=DeliveryState.QUEUED, detail="")
    message.address = "13800000001"
    message.save(update_fields=["address"])
    deliver(message_id=message.pk, now=NOON)
    message.refresh_from_db()
    return message


def told(
    kind: DeliveryEventKind, number: str = "9006^0", at: datetime | None = None
) -> DeliveryReport:
    return DeliveryReport(kind, provider_id=number, code="MK:0001", at=at)


def take(*found: DeliveryReport, now: datetime = NOON + MINUTE) -> int:
    return take_reports(provider=sms.ALIYUN, reports=found, now=now)


def fresh(message: Message) -> tuple[Message, Attempt]:
    message.refresh_from_db()
    return message, message.tries.get()


# --- What a receipt does -------------------------------------------------------------------------


@pytest.mark.shows("OVW-09")
def test_a_receipt_moves_message_and_attempt_forward_once(
    monkeypatch: pytest.MonkeyPatch, facts: list[object]
) -> None:
    message = by(monkeypatch, Answering(ACCEPTED))
    assert fresh(message)[1].state == AttemptState.ACCEPTED
    assert [take(told(DeliveryEventKind.DELIVERED)), take(told(DeliveryEventKind.DELIVERED))] == [
        1,
        0,
    ]
    message, attempt = fresh(message)
    assert (message.state, attempt.state) == (DeliveryState.DELIVERED, AttemptState.DELIVERED)
    assert (message.sent_at, attempt.ask_at) == (NOON, None)
    assert facts == [MessageSent(message.pk)]
    # Nothing leads back.
    take(told(DeliveryEventKind.UNDELIVERED))
    assert fresh(message)[0].state == DeliveryState.DELIVERED
    assert attempt.events.count() == 2


def test_what_did_not_arrive_has_failed(
    monkeypatch: pytest.MonkeyPatch, facts: list[object]
) -> None:
    message = by(monkeypatch, Answering(ACCEPTED))
    take(told(DeliveryEventKind.UNDELIVERED))
    message, attempt = fresh(message)
    assert (message.state, attempt.state) == (DeliveryState.FAILED, AttemptState.UNDELIVERED)
    assert message.detail == "服务商回执：没有送达（MK:0001）。"
    assert facts == [MessageSent(message.pk), MessageFailed(message.pk)]


def test_a_receipt_that_comes_before_the_answer_is_kept_and_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = by(
        monkeypatch, Answering(ACCEPTED, before=lambda _: take(told(DeliveryEventKind.DELIVERED)))
    )
    assert fresh(message)[0].state == DeliveryState.DELIVERED
    assert DeliveryEvent.objects.get().attempt == message.tries.get()


def test_the_attempt_stands_there_before_anything_leaves_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[str, str]] = []
    rows = Attempt.objects.values_list("state", "provider")
    by(monkeypatch, Answering(ACCEPTED, before=lambda _: seen.extend(rows)))
    assert seen == [(AttemptState.SENDING, sms.ALIYUN)]


def test_of_a_lost_answer_the_receipt_tells(
    monkeypatch: pytest.MonkeyPatch, facts: list[object]
) -> None:
    """By our reference: the number of the provider was in the answer that nobody got."""
    message = by(monkeypatch, Answering(LOST))
    assert (message.state, facts) == (DeliveryState.UNKNOWN, [])
    late, at = NOON + timedelta(hours=5), NOON + MINUTE
    take(DeliveryReport(DeliveryEventKind.DELIVERED, "9006^0", reference(message), at=at), now=late)
    message, attempt = fresh(message)
    assert (message.state, message.sent_at) == (DeliveryState.DELIVERED, at)
    assert (attempt.provider_id, facts) == ("9006^0", [MessageSent(message.pk)])


def test_what_seemed_to_be_turned_down_and_arrived_is_not_sent_again(
    monkeypatch: pytest.MonkeyPatch, facts: list[object]
) -> None:
    transport = Answering(SendResult(SendStatus.RETRY))
    message = by(monkeypatch, transport)
    assert message.state == DeliveryState.QUEUED
    take(DeliveryReport(DeliveryEventKind.DELIVERED, "9006^0", reference(message)))
    deliver(message_id=message.pk, now=message.due_at)
    assert fresh(message)[0].state == DeliveryState.DELIVERED
    assert (transport.sent, facts) == (1, [MessageSent(message.pk)])


@pytest.mark.parametrize("at", [NOON - timedelta(days=9), NOON + timedelta(days=9)])
def test_times_of_others_count_within_what_was_seen_here(
    monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    message = by(monkeypatch, Answering(LOST))
    take(DeliveryReport(DeliveryEventKind.DELIVERED, "1", reference(message), at=at))
    sent_at = fresh(message)[0].sent_at
    assert sent_at is not None
    assert NOON <= sent_at <= NOON + MINUTE


def test_nobody_tells_of_messages_that_another_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    message = by(monkeypatch, Answering(ACCEPTED))
    found = DeliveryReport(DeliveryEventKind.UNDELIVERED, "9006^0", reference(message))
    take_reports(provider=sms.TENCENT, reports=[found], now=NOON)
    assert fresh(message)[0].state == DeliveryState.SENT


def test_what_nobody_asked_for_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    by(monkeypatch, Answering(ACCEPTED))
    take(told(DeliveryEventKind.DELIVERED), told(DeliveryEventKind.DELIVERED, number="1"))
    assert reports.forget_waiting(now=NOON + timedelta(days=7)) == 0
    assert reports.forget_waiting(now=NOON + timedelta(days=8)) == 1
    assert DeliveryEvent.objects.get().provider_id == "9006^0"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("careless", [False, True], ids=["locked", "negative control"])
def test_a_receipt_beside_the_answer_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, careless: bool
) -> None:
    """One looks for the attempt while the other writes the number to it."""
    if careless:
        for module in (reports, outcomes):
            monkeypatch.setattr(module, "lock_number", lambda *_: None)
        monkeypatch.setattr("expertpool.notifications.services.delivery.lock_number", lambda *_: 0)
    find = reports.attempt_of

    def slowly(provider: str, report: DeliveryReport, *, now: datetime) -> Attempt | None:
        found = find(provider, report, now=now)
        looked.set()
        time.sleep(1)
        return found

    looked = threading.Event()
    monkeypatch.setattr(reports, "attempt_of", slowly)

    def push() -> None:
        try:
            take(told(DeliveryEventKind.DELIVERED))
        finally:
            connection.close()

    pushing = threading.Thread(target=push)

    def answer(_: Outbound) -> None:
        pushing.start()
        looked.wait(10)

    message = by(monkeypatch, Answering(ACCEPTED, before=answer))
    pushing.join()
    expected = DeliveryState.SENT if careless else DeliveryState.DELIVERED
    assert fresh(message)[0].state == expected


# --- Asking -----------------------------------------------------------------------------------------


def account(platform: Platform, provider: str) -> Message:
    """A short message of which nobody knows the end, by a provider that can be asked."""
    values: dict[Setting[Any], Any] = {
        sms.PROVIDER: provider,
        sms.ALIYUN_ENDPOINT: platform.url,
        sms.ALIYUN_KEY: KEY,
        sms.ALIYUN_SECRET: SECRET,
        sms.ALIYUN_SIGN: "签",
        sms.TENCENT_ENDPOINT: platform.url,
        sms.TENCENT_KEY: KEY,
        sms.TENCENT_SECRET: SECRET,
        sms.TENCENT_APP: "1400006666",
        sms.TENCENT_SIGN: "签",
    }
    for setting, value in values.items():
        configure(setting, value)
    (message,) = send("sms")
    message.registered = store_registered(Registered("SMS_1", (("name", "王"),)))
    message.state, message.detail, message.address = DeliveryState.QUEUED, "", "13800000001"
    message.save()
    platform.answer = b"<html>"
    deliver(message_id=message.pk, now=NOON)
    platform.answer = None
    message.refresh_from_db()
    assert message.state == DeliveryState.UNKNOWN
    return message


def asked(message: Message, now: datetime) -> Message:
    assert ask_due(now=now) == 1
    assert ask_provider(attempt_id=message.tries.get().pk, now=now)
    message.refresh_from_db()
    return message


@pytest.mark.shows("OVW-09")
@pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning")
def test_aliyun_is_asked_as_its_sdk_would(platform: Platform) -> None:
    message = account(platform, sms.ALIYUN)
    number = reference(message)
    assert ask_due(now=NOON) == 0
    platform.details = [{"OutId": "other", "SendStatus": 3}, {"OutId": number, "SendStatus": 1}]
    assert asked(message, NOON + MINUTE).state == DeliveryState.SENT
    row = {"OutId": number, "SendStatus": 3, "ReceiveDate": "2026-11-24 12:00:40"}
    platform.details = [row]
    sdk = AliyunClient(
        Config(access_key_id=KEY, access_key_secret=SECRET, endpoint=platform.host, protocol="http")
    )
    sdk.query_send_details(
        aliyun_models.QuerySendDetailsRequest(
            phone_number="13800000001", send_date="20261124", page_size=50, current_page=1
        )
    )
    ours, theirs = platform.taken[-2:]
    assert ours == theirs
    assert asked(message, NOON + 31 * MINUTE).state == DeliveryState.DELIVERED
    assert message.tries.get().ask_at is None


def test_who_knows_nothing_yet_is_asked_again_and_in_the_end_it_was_not_sent(
    platform: Platform, facts: list[object]
) -> None:
    message = account(platform, sms.ALIYUN)
    for minutes in (1, 5):
        assert asked(message, NOON + minutes * MINUTE).state == DeliveryState.UNKNOWN
    platform.status = 503
    assert asked(message, NOON + 30 * MINUTE).state == DeliveryState.UNKNOWN
    platform.status = 200
    assert asked(message, NOON + 120 * MINUTE).state == DeliveryState.FAILED
    assert facts == [MessageFailed(message.pk)]
    sent = [one for one in platform.taken if "TemplateCode" in one]
    assert len(sent) == 1, "it was not sent again"


@pytest.mark.parametrize("marked", [True, False], ids=["by our number", "as the only one"])
def test_tencent_is_asked(platform: Platform, marked: bool) -> None:
    message = account(platform, sms.TENCENT)
    assert asked(message, NOON + MINUTE).state == DeliveryState.UNKNOWN
    row = {
        "SerialNo": "5000:9",
        "UserReceiveTime": int((NOON + MINUTE).timestamp()),
        "ReportStatus": "SUCCESS",
        "SessionContext": reference(message) if marked else "",
    }
    platform.details = (
        [row] if not marked else [row, row | {"SessionContext": "x", "SerialNo": "1"}]
    )
    assert asked(message, NOON + 5 * MINUTE).state == DeliveryState.DELIVERED
    assert message.tries.get().provider_id == "5000:9"


def test_of_two_that_may_be_it_tencent_tells_nothing(platform: Platform) -> None:
    message = account(platform, sms.TENCENT)
    at = int((NOON + MINUTE).timestamp())
    platform.details = [
        {"SerialNo": number, "UserReceiveTime": at, "ReportStatus": "SUCCESS"} for number in "12"
    ]
    assert asked(message, NOON + MINUTE).state == DeliveryState.UNKNOWN
    # One of them is known to be another's.
    other = Attempt.objects.get(message=message)
    other.pk, other.number, other.provider_id, other.ask_at = None, 9, "1", None
    other.save(force_insert=True)
    attempt = message.tries.get(number=1)
    assert ask_provider(attempt_id=attempt.pk, now=NOON + 5 * MINUTE)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.provider_id) == (AttemptState.DELIVERED, "2")


def test_an_attempt_that_died_is_asked_after(platform: Platform) -> None:
    message = account(platform, sms.ALIYUN)
    Message.objects.filter(pk=message.pk).update(state=DeliveryState.SENDING)
    message.tries.update(state=AttemptState.SENDING, ask_at=None, ended_at=None)
    now = NOON + 2 * MINUTE
    reap_stuck(now=now)
    platform.details = [{"OutId": reference(message), "SendStatus": 3}]
    assert asked(message, now + MINUTE).state == DeliveryState.DELIVERED
    assert message.attempts == 1


def test_nobody_is_asked_twice_for_one_time(platform: Platform) -> None:
    attempt = account(platform, sms.ALIYUN).tries.get()
    now = NOON + MINUTE
    ask_due(now=now)
    assert ProcrastinateJob.objects.filter(task_name="notifications.ask_provider").count() == 1
    tries = [ask_provider(attempt_id=attempt.pk, now=now) for _ in range(2)]
    assert tries == [True, False]


# --- Where they push --------------------------------------------------------------------------------


def address(provider: str, token: str = "") -> str:
    return f"/messages/callbacks/{provider}/{token or callback_token(provider)}/"


def push(client: Client, provider: str, content: Any, **more: Any) -> Any:
    more.setdefault("content_type", "application/json")
    body = content if isinstance(content, bytes) else json.dumps(content)
    return client.post(address(provider), body, **more)


def carried(provider: str, number: str, key: str = "invite:1") -> Message:
    (message,) = send("sms", key=key)
    Message.objects.filter(pk=message.pk).update(state=DeliveryState.SENT, attempts=1, sent_at=NOON)
    Attempt.objects.create(
        message=message,
        number=1,
        state=AttemptState.ACCEPTED,
        provider=provider,
        provider_id=number,
        began_at=NOON,
    )
    return message


ALIYUN_ROW = {
    "phone_number": "13800000001",
    "send_time": "2026-11-24 12:00:00",
    "report_time": "2026-11-24 12:00:05",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "932702304080415357^0",
    "out_id": "",
}
TENCENT_ROW = {
    "user_receive_time": "2026-11-24 12:00:05",
    "nationcode": "86",
    "mobile": "13800000001",
    "report_status": "FAIL",
    "errmsg": "MK:0012",
    "description": "空号",
    "sid": "5000:1",
}


@pytest.mark.shows("OVW-09")
@pytest.mark.parametrize(
    ("provider", "row", "number", "answer", "state"),
    [
        ("aliyun", ALIYUN_ROW, "932702304080415357^0", {"code": 0, "msg": "OK"}, "delivered"),
        ("tencent", TENCENT_ROW, "5000:1", {"result": 0, "errmsg": "OK"}, "failed"),
    ],
)
def test_clouds_push_without_signing_in(
    client: Client, provider: str, row: dict[str, Any], number: str, answer: Any, state: str
) -> None:
    message = carried(provider, number)
    response = push(client, provider, [row])
    assert (response.status_code, response.json()) == (200, answer)
    assert fresh(message)[0].state == state
    at = message.tries.get().events.get().at
    assert timezone.localtime(at).isoformat() == "2026-11-24T12:00:05+08:00"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"[1]", b"[" * 5000, {"code": 0}, [ALIYUN_ROW | {"success": "yes"}]],
)
def test_what_cannot_be_read_is_pushed_again(client: Client, content: Any) -> None:
    for provider in ("aliyun", "tencent", "gateway"):
        assert push(client, provider, content).status_code == 400
    assert not DeliveryEvent.objects.exists()


HALF = "\ud83d"  # of a character: what is left where an operator cuts a text in two


@pytest.mark.parametrize(
    ("provider", "reply"),
    [
        (
            "aliyun",
            {
                "phone_number": "138",
                "content": "好",
                "dest_code": "1",
                "sequence_id": "",
                "send_time": "",
            },
        ),
        ("tencent", {"mobile": "138", "text": "好", "extend": "1", "time": ""}),
        ("gateway", {"mobile": "138", "content": "好", "to": "1", "id": ""}),
    ],
)
def test_what_no_database_keeps_is_taken_without_it(
    client: Client, provider: str, reply: dict[str, str]
) -> None:
    gateway = {"phone": "mobile", "text": "content", "to": "to", "id": "id"}
    for setting, name in zip(
        (sms.REPLY_PHONE, sms.REPLY_TEXT, sms.REPLY_TO, sms.REPLY_ID), gateway.values(), strict=True
    ):
        configure(setting, name)
    client.raise_request_exception = False
    wrong: list[Any] = [HALF, "\x00", 1, True, None, [], {}, 1.5, "9" * 5000]
    for name in reply:
        for value in [*wrong, f"1{HALF}", "1\x002"]:
            assert push(client, provider, [reply | {name: value}]).status_code in (200, 400)


@pytest.mark.parametrize(
    ("provider", "row", "names"),
    [
        ("aliyun", ALIYUN_ROW, ("biz_id", "out_id", "err_code", "err_msg", "report_time")),
        ("tencent", TENCENT_ROW, ("sid", "errmsg", "description", "user_receive_time")),
        (
            "gateway",
            {"stat": "NO", "custid": "x", "id": "7", "at": ""},
            ("stat", "custid", "id", "at"),
        ),
    ],
)
def test_receipts_hold_what_the_database_keeps(
    client: Client, provider: str, row: dict[str, Any], names: tuple[str, ...]
) -> None:
    for setting, name in (
        (sms.REPORT_STATUS, "stat"),
        (sms.REPORT_REFERENCE, "custid"),
        (sms.REPORT_ID, "id"),
        (sms.REPORT_TIME, "at"),
    ):
        configure(setting, name)
    client.raise_request_exception = False
    failed = row | ({"success": False} if provider == "aliyun" else {})
    for name in names:
        for value in (
            HALF,
            "\x00",
            f"1{HALF}",
            "1\x002",
            True,
            None,
            [],
            {"a": 1},
            1.5,
            -1,
            10**30,
        ):
            assert push(client, provider, [failed | {name: value}]).status_code in (200, 400)
    assert all("\x00" not in one.code + one.provider_id for one in DeliveryEvent.objects.all())
    assert not DeliveryEvent.objects.filter(provider_id="").exclude(provider="gateway").exists()


def test_one_that_cannot_be_read_loses_none_of_the_others(client: Client) -> None:
    message = carried("aliyun", ALIYUN_ROW["biz_id"])
    bad = [{"content": "好"}, ALIYUN_ROW | {"success": "yes"}, 7]
    assert push(client, "aliyun", [*bad, ALIYUN_ROW]).status_code == 200
    assert fresh(message)[0].state == DeliveryState.DELIVERED


def test_a_reply_that_is_not_taken_loses_none_of_the_others(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something broke of ours: the provider pushes again, all else is taken."""
    message = carried("aliyun", ALIYUN_ROW["biz_id"])
    meant = replies.understood

    def breaks(text: str, extension: str) -> Any:
        if text == "坏":
            raise RuntimeError
        return meant(text, extension)

    monkeypatch.setattr(replies, "understood", breaks)
    client.raise_request_exception = False
    rows = [{"phone_number": phone, "content": text} for phone, text in (("1", "坏"), ("2", "好"))]
    assert push(client, "aliyun", [*rows, ALIYUN_ROW]).status_code == 500
    assert (Reply.objects.count(), fresh(message)[0].state) == (1, DeliveryState.DELIVERED)


def test_no_more_is_taken_at_once_than_a_process_has_time_for(client: Client) -> None:
    rows = [ALIYUN_ROW | {"biz_id": str(number)} for number in range(201)]
    assert push(client, "aliyun", rows).status_code == 400
    assert not DeliveryEvent.objects.exists()
    configure(sms.REPORT_STATUS, "stat")
    configure(sms.REPORT_ID, "id")
    listed = {"list": [{"stat": "DELIVRD", "id": str(number)} for number in range(201)]}
    assert push(client, "gateway", listed).status_code == 400
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize(
    "year", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "1999-01-01 00:00:00"]
)
def test_a_year_that_cannot_be_is_no_time(client: Client, year: str) -> None:
    assert push(client, "aliyun", [ALIYUN_ROW | {"report_time": year}]).status_code == 200
    event = DeliveryEvent.objects.get()
    assert event.at == event.received_at


def test_the_database_keeps_no_event_of_such_a_year(client: Client) -> None:
    assert push(client, "aliyun", [ALIYUN_ROW]).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryEvent.objects.update(at=datetime(1, 1, 2, tzinfo=UTC))


def test_no_address_is_guessed(client: Client) -> None:
    right = callback_token("aliyun")
    for path in (
        address("aliyun", right[:-1] + ("0" if right[-1] != "0" else "1")),
        address("tencent", right),
        address("nobody", callback_token("nobody")),
        address("aliyun", "é"),
    ):
        assert client.post(path, json.dumps([ALIYUN_ROW]), content_type="x").status_code == 404
    assert client.get(address("aliyun")).content == b'{"code":0,"msg":"OK"}'
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("form", [True, False], ids=["form", "json"])
def test_a_gateway_pushes_by_its_own_names(client: Client, form: bool) -> None:
    message = carried("gateway", "")
    assert push(client, "gateway", {"stat": "DELIVRD"}).status_code == 400, "no receipts are set"
    configure(sms.REPORT_STATUS, "stat")
    configure(sms.REPORT_REFERENCE, "custid")
    configure(sms.REPORT_ANSWER, "success")
    row = {"custid": reference(message), "stat": "ACCEPTD"}
    for stat, expected in (("ACCEPTD", "sent"), ("DELIVRD", "delivered")):
        row["stat"] = stat
        if form:
            response = client.post(
                address("gateway"), urlencode(row), "application/x-www-form-urlencoded"
            )
        else:
            response = push(client, "gateway", {"total": 1, "list": [row]})
        assert (response.status_code, response.content) == (200, b"success")
        assert fresh(message)[0].state == expected


@pytest.mark.parametrize("chosen", ["auto", "gbk"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
@pytest.mark.parametrize("form", ["escaped", "raw", ""], ids=["escaped", "raw", "json"])
def test_a_gateway_pushes_in_gbk(
    client: Client, monkeypatch: pytest.MonkeyPatch, form: str, declared: bool, chosen: str
) -> None:
    """Whoever wrote 同意 was told that it was not understood; as JSON it was lost."""
    configure(sms.GATEWAY_ENCODING, chosen)
    for setting, value in (
        (sms.REPLY_TEXT, "content"),
        (sms.REPORT_STATUS, "状态"),
        (sms.REPORT_ID, "id"),
        (sms.REPORT_DELIVERED, "已送达"),
        (sms.REPORT_ANSWER, "收到"),
    ):
        configure(setting, value)
    message = carried("gateway", "7")
    read: list[str] = []
    meant = replies.understood

    def reads(text: str, extension: str) -> Any:
        read.append(text)
        return meant(text, extension)

    monkeypatch.setattr(replies, "understood", reads)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    kind += "; charset=GBK" if declared else ""
    rows: list[dict[str, str]] = [
        {"mobile": "13800000001", "content": "同意，参加"},
        {"mobile": "13800000001", "content": "去"},
        {"id": "7", "状态": "已送达"},
    ]
    for row in rows:
        if form == "escaped":
            body = urlencode(row, encoding="gbk").encode()
        elif form:
            body = "&".join(f"{name}={value}" for name, value in row.items()).encode("gbk")
        else:
            body = json.dumps(row, ensure_ascii=False).encode("gbk")
        # As it is: the client of tests would encode it once more.
        response = client.generic("POST", address("gateway"), body, content_type=kind)
        assert (response.status_code, response.content) == (
            200,
            "收到".encode("gbk" if chosen == "gbk" else "utf-8"),
        )
    assert read == ["同意，参加", "去"]
    assert fresh(message)[0].state == DeliveryState.DELIVERED


def test_receipts_need_a_field_by_which_they_are_found() -> None:
    (named,) = (one for one in sms.CONSTRAINTS if one.code.endswith("report_named"))
    values = {sms.REPORT_STATUS.code: "stat"}
    assert "编号字段" in named.broken(lambda one: values.get(one.code, one.default))
    values[sms.REPORT_ID.code] = "id"
    assert not named.broken(lambda one: values.get(one.code, one.default))


@pytest.mark.shows("OVW-09", "DRAW-22")
@pytest.mark.parametrize(
    ("way", "fields"),
    [
        (sms.BY_CODE, [sms.REPLY_TEXT]),
        (sms.BY_EXTENSION, [sms.REPLY_TEXT, sms.REPLY_TO, sms.GATEWAY_EXTENSION]),
    ],
)
def test_nobody_is_asked_to_write_back_where_it_is_not_read(
    way: str, fields: list[Setting[str]]
) -> None:
    """Whoever did as his invitation said was taken for one who had not answered."""
    (read,) = (one for one in sms.CONSTRAINTS if one.code.endswith("replies_read"))
    for setting, value in ((sms.PROVIDER, sms.GATEWAY), (sms.REPLIES, way)):
        configure(setting, value)
    for one in fields:
        assert one.label in read.broken(value_of)
        assert CHANNELS["sms"].how_to_answer("483100") == ""
        configure(one, one.code.rpartition(".")[2])
    assert not read.broken(value_of)
    assert "回复 Y" in CHANNELS["sms"].how_to_answer("483100")
    for setting in fields:
        configure(setting, "")
    for other in (sms.ALIYUN, sms.SMPP):  # their own form says what is a reply
        configure(sms.PROVIDER, other)
        assert not read.broken(value_of)


@pytest.mark.shows("OVW-09")
@time_machine.travel(NOON + MINUTE)  # the page tells of lately
def test_a_page_says_how_providers_do_and_where_they_push(client: Client, admin: User) -> None:
    for number in range(3):
        carried("aliyun", str(number), key=f"x{number}")
    take(told(DeliveryEventKind.DELIVERED, "0"), told(DeliveryEventKind.UNDELIVERED, "1"))
    page = login(client, admin).get("/messages/channels/").content.decode()
    assert "50.0%" in page
    assert address("tencent") in page
    assert "0.15" not in page  # nobody has said what one costs
    configure(sms.PRICES["aliyun"], 50)
    assert "0.15" in client.get("/messages/channels/").content.decode()
    untold = Later("tests.letters", "notifications.message", lambda: Q(key="x0:sms"))
    with LATER.holding(untold):
        assert "50.0%" not in client.get("/messages/channels/").content.decode()


@pytest.mark.shows("OVW-09")
def test_the_record_lists_every_attempt(client: Client, admin: User) -> None:
    message = carried("aliyun", "900^1")
    take(told(DeliveryEventKind.UNDELIVERED, "900^1"))
    page = login(client, admin).get(f"/messages/records/{message.uid}/").content.decode()
    for words in ("阿里云短信", "900^1", "未送达（MK:0001）"):
        assert words in page


def test_the_record_of_a_letter_that_came_back_says_why(client: Client, admin: User) -> None:
    (message,) = send("email")
    Message.objects.filter(pk=message.pk).update(state=DeliveryState.SENT, attempts=1, sent_at=NOON)
    Attempt.objects.create(
        message=message,
        number=1,
        state=AttemptState.ACCEPTED,
        provider="email",
        provider_id="x",
        began_at=NOON,
    )
    assert come_back(message, "550 5.1.1 no such user", now=NOON + MINUTE)
    page = login(client, admin).get(f"/messages/records/{message.uid}/").content.decode()
    assert "未送达（550 5.1.1 no such user）" in page
