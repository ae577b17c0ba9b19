"""The clock was a day ahead and is set right: what was written meanwhile holds up nothing until that day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from expertpool.core.duties import write_run
from expertpool.notifications.channels.email.settings import HOST, PORT
from expertpool.notifications.channels.sms.settings import PER_MINUTE, PER_RECIPIENT
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Attempt, Message
from expertpool.notifications.queries.channels import DOWN_AFTER, channel_state
from expertpool.notifications.services.delivery import REAPING, claim, deliver, reap_stuck
from expertpool.notifications.services.reports import ask_due
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from tests.factories.siteconfig import configure
from tests.notifications.conftest import NOON, send
from tests.notifications.mail_server import MailServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
MINUTE = timedelta(minutes=1)
AHEAD = NOON + timedelta(days=1)


def message(n: int, channel: str = "sms", *, now: datetime = NOON, **more: Any) -> Message:
    to = Recipient(None, "王建国", phone=f"138{n:08d}", email=f"e{n}@example.cn")
    return send(channel, to=to, key=f"invite:{n}", now=now, **more)[0]


def after(message: Message, now: datetime) -> Message:
    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message


def set_right() -> None:
    """The clock is right again, and the minutely job runs, which ran last while it was ahead."""
    write_run(REAPING, at=AHEAD + MINUTE)
    reap_stuck(now=NOON)
    write_run(REAPING, at=NOON)


def test_turns_of_that_day_are_nobodys() -> None:
    configure(PER_MINUTE, 2)
    waiting = [after(message(n, now=AHEAD), AHEAD) for n in range(3)][2]
    assert waiting.state == DeliveryState.QUEUED
    set_right()
    assert after(waiting, NOON).state == DeliveryState.SENT
    assert after(message(9), NOON).state == DeliveryState.SENT


def test_a_recipient_waits_for_no_turn_of_that_day() -> None:
    configure(PER_RECIPIENT, 1)
    assert after(message(1, now=AHEAD), AHEAD).state == DeliveryState.SENT
    set_right()
    again = send("sms", to=Recipient(None, "王建国", phone="13800000001"), key="again")[0]
    assert after(again, NOON).state == DeliveryState.SENT


def test_a_provider_that_was_down_is_tried_at_once(mail_server: MailServer) -> None:
    port = mail_server.port
    configure(HOST, "127.0.0.1")
    configure(PORT, 1)
    first = message(1, "email", now=AHEAD)
    for _ in range(DOWN_AFTER):
        after(first, AHEAD)
        Message.objects.filter(pk=first.pk).update(due_at=AHEAD)
    other = after(message(2, "email", now=AHEAD), AHEAD + timedelta(seconds=1))
    assert channel_state("email").is_down
    configure(PORT, port)
    set_right()
    assert {one.due_at for one in Message.objects.all()} == {NOON}
    assert after(other, NOON).state == DeliveryState.SENT
    assert after(message(3, "email"), NOON).state == DeliveryState.SENT


def test_who_is_called_after_the_letter_waits_for_it_as_long_as_ever() -> None:
    to = Recipient(None, "王建国", phone="13800000001", email="e1@example.cn")
    values = {"专家姓名": "王建国", "项目名称": "改造工程", "答复链接": "https://example.cn/r/x"}
    _, later = send_messages(
        occasion="tests.invitation",
        envelopes=[Envelope(to, values, ("tests.invitation", 1), "invite:1")],
        channels=("sms", "email"),
        waits={"email": 3 * MINUTE},
        now=AHEAD,
    )
    assert later.due_at == AHEAD + 3 * MINUTE
    set_right()
    later.refresh_from_db()
    assert later.due_at == NOON + 3 * MINUTE
    assert after(later, NOON + MINUTE).state == DeliveryState.QUEUED
    assert after(later, NOON + 3 * MINUTE).state != DeliveryState.QUEUED


def test_an_attempt_that_died_then_is_ended_in_time() -> None:
    lost = message(1, now=AHEAD)
    assert claim(message_id=lost.pk, now=AHEAD)
    set_right()
    lost.refresh_from_db()
    assert lost.state == DeliveryState.SENDING  # it may still be under way
    reap_stuck(now=NOON + 10 * MINUTE)
    lost.refresh_from_db()
    assert lost.state == DeliveryState.UNKNOWN


def test_a_provider_is_asked_of_what_went_out_then() -> None:
    sent = after(message(1, now=AHEAD), AHEAD)
    Attempt.objects.filter(message=sent).update(ask_at=AHEAD + 30 * MINUTE)
    set_right()
    assert ask_due(now=NOON) == 1
    assert Attempt.objects.get().began_at == NOON


def test_a_clock_that_was_right_brings_nothing_forward() -> None:
    configure(PER_MINUTE, 1)
    waiting = [after(message(n), NOON) for n in range(2)][1]
    write_run(REAPING, at=NOON)
    reap_stuck(now=NOON + timedelta(seconds=10))
    waiting.refresh_from_db()
    assert (waiting.due_at, waiting.put_off) == (NOON + MINUTE, "pace")
