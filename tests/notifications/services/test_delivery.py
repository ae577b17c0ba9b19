from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from expertpool.core import events
from expertpool.core.health import Health
from expertpool.notifications.channels import CHANNELS, base
from expertpool.notifications.channels.base import File, Outbound, SendResult, SendStatus
from expertpool.notifications.channels.email import EmailChannel
from expertpool.notifications.channels.email.settings import HOST, PORT
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.enums import TRANSITIONS, AddressKind, DeliveryState
from expertpool.notifications.events import MessageFailed, MessageSent
from expertpool.notifications.models import Attempt, Message
from expertpool.notifications.queries.health import find_gateway
from expertpool.notifications.queries.messages import outbox_messages
from expertpool.notifications.services import delivery
from expertpool.notifications.services.attachments import DOCUMENT_KINDS, Document, DocumentKind
from expertpool.notifications.services.breaker import PROBES
from expertpool.notifications.services.delivery import (
    BACKOFF,
    HELD_FOR,
    MAX_ATTEMPTS,
    OVERDUE_AFTER,
    cancel_messages,
    dead_after,
    deliver,
    mark_read,
    reap_stuck,
)
from expertpool.notifications.services.outcomes import move
from expertpool.notifications.services.sending import Recipient
from tests.factories.siteconfig import configure
from tests.notifications.conftest import NOON, WANG, send
from tests.notifications.mail_server import MailServer
from tests.notifications.services.test_sending import make_file

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]


def to(address: str) -> Recipient:
    return Recipient(account="wang", name="王建国", phone="13800000001", email=address)


def after(message: Message, now: Any = NOON) -> Message:
    """Deliver ``message`` and return what became of it."""
    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message


def job_times(message: Message) -> list[Any]:
    jobs = ProcrastinateJob.objects.filter(task_name="notifications.deliver_message").order_by("id")
    return [job.scheduled_at for job in jobs if job.args["message_id"] == message.pk]


@pytest.fixture
def facts() -> Iterator[list[object]]:
    """What is announced about messages."""
    heard: list[object] = []
    for kind in (MessageSent, MessageFailed):
        events._receivers[kind].append(heard.append)
    yield heard
    for kind in (MessageSent, MessageFailed):
        events._receivers[kind].remove(heard.append)


# --- E-mail through a real server ----------------------------------------------------------------


@pytest.mark.shows("OVW-09", "DRAW-23")
def test_a_sent_email_is_recorded_with_time_and_number(
    mail_server: MailServer, facts: list[object]
) -> None:
    message = after(*send("email"))
    assert (message.state, message.sent_at, message.attempts) == (DeliveryState.SENT, NOON, 1)
    assert message.provider_id == mail_server.accepted[0]["Message-ID"]
    assert facts == [MessageSent(message.pk)]
    assert after(message).attempts == 1
    assert len(mail_server.accepted) == 1


def test_a_refusal_for_good_ends_it(mail_server: MailServer, facts: list[object]) -> None:
    message = after(*send("email", to=to("bounce@example.cn")))
    assert (message.state, message.detail) == (DeliveryState.FAILED, "邮件服务器拒收（550）。")
    assert facts == [MessageFailed(message.pk)]
    assert len(job_times(message)) == 1


def test_what_may_pass_is_tried_again_later_with_the_same_message_id(
    mail_server: MailServer, facts: list[object]
) -> None:
    message = after(*send("email", to=to("busy@example.cn")))
    assert (message.state, message.due_at) == (DeliveryState.QUEUED, NOON + BACKOFF[0])
    assert job_times(message) == [None, NOON + BACKOFF[0]]
    assert facts == []
    reference = delivery.reference(message)
    assert after(message, NOON + BACKOFF[0]).state == DeliveryState.SENT
    assert [mail["Message-ID"] for mail in mail_server.accepted] == [f"<{reference}@example.cn>"]


def test_a_channel_that_is_down_uses_up_no_tries(facts: list[object]) -> None:
    """Its messages wait for three days and are tried every five minutes."""
    configure(HOST, "127.0.0.1")
    configure(PORT, 1)
    (message,) = send("email")
    now = NOON
    for _ in range(MAX_ATTEMPTS + 3):
        assert after(message, now).state == DeliveryState.QUEUED
        assert message.due_at - now <= PROBES[-1]
        now = message.due_at
    assert message.refusals == 0
    assert after(message, NOON + HELD_FOR).state == DeliveryState.FAILED
    assert facts == [MessageFailed(message.pk)]


def test_a_line_that_comes_back_brings_forward_what_it_stopped_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whom nobody reached is tried again when it was meant to be: he was rung at once, three times in six minutes."""
    ends = [
        SendResult(SendStatus.RETRY, detail="无人接听", again_after=timedelta(minutes=10)),
        *(SendResult(SendStatus.DOWN, detail="线路不通"),) * 2,
        SendResult(SendStatus.RETRY, detail="无人接听", again_after=timedelta(minutes=10)),
    ]

    class Line:
        def send(self, outbound: Outbound) -> SendResult:
            return ends.pop(0)

    monkeypatch.setattr(SmsChannel, "transport", lambda self: Line())
    waiting, stopped, probe = (send("sms", key=f"ring:{n}")[0] for n in range(3))
    minute = timedelta(minutes=1)
    assert after(waiting).due_at == NOON + 10 * minute
    stopped, probe = after(stopped, NOON + minute), after(probe, NOON + minute)
    back = max(stopped.due_at, probe.due_at)
    back -= timedelta(seconds=1)
    assert after(probe, back).due_at == back + 10 * minute
    waiting.refresh_from_db()
    stopped.refresh_from_db()
    assert waiting.due_at == NOON + 10 * minute
    assert stopped.due_at == back


def test_trying_ends(mail_server: MailServer, facts: list[object]) -> None:
    (message,) = send("email", to=to("busy@example.cn"))
    now = NOON
    for wait in BACKOFF:
        mail_server.tries.clear()  # busy again
        assert after(message, now).state == DeliveryState.QUEUED
        assert message.due_at == now + wait
        now = message.due_at
    mail_server.tries.clear()
    assert after(message, now).state == DeliveryState.FAILED
    assert message.attempts == MAX_ATTEMPTS
    assert message.detail == "试了 7 次未成功：邮件服务器暂时不收（451）。"
    assert facts == [MessageFailed(message.pk)]


def test_a_server_that_takes_nothing_for_now_is_told_and_stops_nobody(
    mail_server: MailServer,
) -> None:
    """It said that all was well while every letter was refused."""
    channel, later = CHANNELS["email"], NOON + BACKOFF[0]
    first, second, third, last = (
        send("email", key=f"busy:{at}", to=to(f"{name}@{at}.example.cn"))[0]
        for at, name in enumerate(("busy", "busy", "busy", "good"))
    )
    after(first, NOON)
    mail_server.tries.clear()  # refused once more: one mailbox may be full
    after(first, later)
    after(second, later)
    assert find_gateway(channel, NOON).state is Health.OK
    after(third, later)
    found = find_gateway(channel, NOON)
    assert found.state is Health.WARNING
    assert found.sentence.startswith("连续 3 条通知没有被接收（")
    assert "邮件服务器暂时不收（451）。" in found.sentence
    assert after(last, later).state == DeliveryState.SENT
    assert find_gateway(channel, NOON).sentence == "没有出现故障。"


@pytest.mark.shows("DRAW-24")
def test_stored_files_and_documents_made_when_sending_arrive(mail_server: MailServer) -> None:
    letters = DocumentKind(
        "tests.letter", lambda pk: File(f"邀请函{pk}.pdf", b"%PDF", "application/pdf")
    )
    stored = make_file("招标公告.pdf", b"%PDF-1.7 notice")
    with DOCUMENT_KINDS.holding(letters):
        after(*send("email", attachments=[stored, Document("tests.letter", 12)]))
    parts = mail_server.accepted[0].iter_attachments()
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in parts] == [
        ("招标公告.pdf", b"%PDF-1.7 notice"),
        ("邀请函12.pdf", b"%PDF"),
    ]


def test_a_document_that_cannot_be_made_is_tried_again(mail_server: MailServer) -> None:
    message = after(*send("email", attachments=[Document("tests.missing", 1)]))
    assert (message.state, message.detail) == (DeliveryState.QUEUED, delivery.TROUBLE)
    assert mail_server.seen == []


# --- The other channels --------------------------------------------------------------------------


@pytest.mark.shows("OVW-09")
def test_a_site_message_is_there_at_once() -> None:
    assert after(*send("site")).state == DeliveryState.SENT


def test_without_a_provider_sms_fails_and_says_so(settings: Settings, facts: list[object]) -> None:
    settings.DEV_PAGES = False
    message = after(*send("sms"))
    assert (message.state, message.detail) == (DeliveryState.FAILED, CHANNELS["sms"].not_configured)
    assert facts == [MessageFailed(message.pk)]


def test_in_development_sms_and_email_go_to_the_outbox() -> None:
    messages = [after(message) for message in send("sms", "email", "site")]
    assert {message.state for message in messages} == {DeliveryState.SENT}
    assert {message.channel for message in outbox_messages()} == {"sms", "email"}


def test_an_sms_of_which_nobody_knows_the_end_is_not_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        def send(self, outbound: Outbound) -> SendResult:
            raise ConnectionResetError

    monkeypatch.setattr(SmsChannel, "transport", lambda self: Broken())
    message = after(*send("sms"))
    assert message.state == DeliveryState.UNKNOWN
    assert after(message, NOON + timedelta(days=1)).attempts == 1


# --- After a crash -------------------------------------------------------------------------------


def interrupted(channel: str) -> Message:
    """A message whose attempt began at noon and died."""
    (message,) = send(channel)
    assert delivery._claim(message.pk, NOON)
    return message


@pytest.mark.parametrize(
    ("channel", "state"),
    [
        ("email", DeliveryState.QUEUED),
        ("site", DeliveryState.QUEUED),
        ("sms", DeliveryState.UNKNOWN),
    ],
)
def test_a_dead_attempt_is_repeated_only_where_that_is_harmless(channel: str, state: str) -> None:
    message, over = interrupted(channel), NOON + dead_after(CHANNELS[channel])
    assert reap_stuck(now=over) == 0
    assert reap_stuck(now=over + timedelta(seconds=1)) == 1
    message.refresh_from_db()
    assert message.state == state
    assert len(job_times(message)) == (2 if state == DeliveryState.QUEUED else 1)
    assert reap_stuck(now=over + timedelta(seconds=2)) == 0


def test_what_a_database_that_died_left_behind_is_taken_up_within_two_minutes() -> None:
    """It lay six: as long as the slowest channel may take."""
    died = [interrupted(channel) for channel in ("email", "sms")]
    assert reap_stuck(now=NOON + timedelta(seconds=60)) == 0  # it may still be under way
    assert reap_stuck(now=NOON + timedelta(minutes=2)) == 2
    mail, sms = (Message.objects.get(pk=one.pk) for one in died)
    assert mail.due_at <= NOON + timedelta(minutes=3)
    assert (mail.state, sms.state) == (DeliveryState.QUEUED, DeliveryState.UNKNOWN)


def test_an_attempt_that_was_given_up_while_its_files_were_made_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[str] = []

    class Noting:
        def send(self, outbound: Outbound) -> SendResult:
            sent.append(outbound.reference)
            return SendResult(SendStatus.ACCEPTED)

    monkeypatch.setattr(EmailChannel, "transport", lambda self: Noting())
    (message,) = send("email")
    put_together, made_in = delivery.put_together, itertools.count(0, 100)

    def slow(**given: Any) -> Any:
        reap_stuck(now=NOON + timedelta(minutes=2))
        return put_together(**given)

    with monkeypatch.context() as late:
        late.setattr(delivery, "put_together", slow)
        late.setattr(delivery.time, "monotonic", lambda: next(made_in))
        after(message)
    assert (sent, Message.objects.get(pk=message.pk).state) == ([], DeliveryState.QUEUED)
    assert after(message, NOON + timedelta(minutes=3)).state == DeliveryState.SENT
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_known_of_an_attempt_is_written_once_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Dying:
        def send(self, outbound: Outbound) -> SendResult:
            with connection.cursor() as cursor, suppress(OperationalError):
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            return SendResult(SendStatus.ACCEPTED, provider_id="7")

    monkeypatch.setattr(SmsChannel, "transport", lambda self: Dying())
    monkeypatch.setattr(delivery, "LOOKED_EACH", 0)
    message = after(*send("sms"))
    assert (message.state, message.provider_id) == (DeliveryState.SENT, "7")


def test_a_result_that_comes_too_late_does_not_count() -> None:
    message = interrupted("email")
    first = Message.objects.get(pk=message.pk)
    reap_stuck(now=NOON + timedelta(hours=2))
    second = delivery._claim(message.pk, NOON + timedelta(hours=3))
    assert second is not None
    delivery._settle(first, SendResult(SendStatus.REJECTED), NOON)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (DeliveryState.SENDING, 2)


def test_a_message_without_a_job_gets_one() -> None:
    (message,) = send("email")
    ProcrastinateJob.objects.all()._raw_delete("default")
    late = NOON + OVERDUE_AFTER + timedelta(seconds=1)
    assert [reap_stuck(now=NOON + OVERDUE_AFTER), reap_stuck(now=late), reap_stuck(now=late)] == [
        0,
        1,
        0,
    ]
    assert job_times(message) == [None]


# --- States --------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", DeliveryState)
@pytest.mark.parametrize("target", DeliveryState)
def test_states_move_only_as_the_table_says(source: DeliveryState, target: DeliveryState) -> None:
    (message,) = send("site")
    Message.objects.filter(pk=message.pk).update(state=source, sending_at=NOON, sent_at=NOON)
    moved = move(Message.objects.filter(pk=message.pk), target)
    message.refresh_from_db()
    assert moved == (target in TRANSITIONS[source])
    assert message.state == (target if moved else source)


def test_what_waits_can_be_cancelled() -> None:
    waiting, sent = send("email", "site")
    (other,) = send("site", key="other", about=("tests.invitation", 2))
    after(sent)
    assert cancel_messages(about=("tests.invitation", 1), occasions=("tests.other",)) == 0
    assert cancel_messages(about=("tests.invitation", 1)) == 1
    assert after(waiting).state == DeliveryState.CANCELLED
    assert after(sent).state == DeliveryState.SENT
    assert after(other).state == DeliveryState.SENT


def test_reading_counts_once() -> None:
    message = after(*send("site"))
    mine = Message.objects.filter(pk=message.pk)
    assert mark_read(messages=mine, now=NOON) == 1
    assert mark_read(messages=mine, now=NOON + timedelta(hours=1)) == 0
    message.refresh_from_db()
    assert (message.state, message.read_at) == (DeliveryState.READ, NOON)


# --- Two workers at once -------------------------------------------------------------------------


class CountingChannel(base.Channel):
    """Takes its time, so that two attempts overlap; counts what goes out."""

    code, resendable, carries_files, missing_address = "email", True, True, ""
    lives_of = AddressKind.EMAIL

    def __init__(self) -> None:
        self.sent: list[str] = []

    def transport(self) -> base.Transport:
        return self

    def send(self, outbound: Outbound) -> SendResult:
        time.sleep(0.1)
        self.sent.append(outbound.reference)
        return SendResult(SendStatus.ACCEPTED)


def read_then_write(message_id: int, now: Any) -> Message | None:
    """The claim as it must not be: what it read may be old when it writes."""
    message = Message.objects.get(pk=message_id)
    if message.state != DeliveryState.QUEUED:
        return None
    time.sleep(0.5)
    message.state, message.sending_at, message.attempts = DeliveryState.SENDING, now, 1
    message.save()
    Attempt.objects.get_or_create(message=message, number=1, provider="email", began_at=now)
    return message


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("careless", [False, True], ids=["claimed", "negative control"])
def test_two_workers_send_a_message_once(monkeypatch: pytest.MonkeyPatch, careless: bool) -> None:
    channel: base.Channel = CountingChannel()
    if careless:
        monkeypatch.setattr(delivery, "_claim", read_then_write)
    begin = threading.Barrier(2)

    def work() -> None:
        try:
            begin.wait()
            deliver(message_id=message.pk, now=NOON)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    with CHANNELS.holding(channel, CHANNELS["sms"], alone=True):
        (message,) = send("email", to=WANG)
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(channel.sent) == (2 if careless else 1)  # type: ignore[attr-defined]
    message.refresh_from_db()
    assert message.state == DeliveryState.SENT
