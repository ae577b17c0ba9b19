"""How fast messages go out, and that a provider which does not work is tried by one of them at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from expertpool.accounts.models import User
from expertpool.core.events import publish
from expertpool.notifications.channels.email.settings import HOST, PORT
from expertpool.notifications.channels.email.settings import PER_MINUTE as MAILS_PER_MINUTE
from expertpool.notifications.channels.sms.settings import PER_MINUTE, PER_RECIPIENT
from expertpool.notifications.channels.wechat import settings as wechat
from expertpool.notifications.enums import DeliveryState, PutOff
from expertpool.notifications.models import Attempt, ChannelHealth, Message
from expertpool.notifications.occasions import OCCASIONS, Occasion
from expertpool.notifications.queries.channels import DOWN_AFTER, channel_state
from expertpool.notifications.services.breaker import PROBES, PROBING
from expertpool.notifications.services.delivery import HELD_FOR, deliver
from expertpool.notifications.services.sending import Recipient
from expertpool.notifications.services.waiting import bring_forward
from expertpool.siteconfig.events import SettingChanged
from tests.factories.siteconfig import configure, note_change
from tests.notifications.conftest import NOON, send
from tests.notifications.mail_server import MailServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def message(n: int, channel: str = "sms", *, phone: str = "") -> Message:
    phone = phone or f"138{n:08d}"
    to = Recipient(account=None, name="王建国", phone=phone, email=f"e{n}@example.cn")
    return send(channel, to=to, key=f"invite:{n}")[0]


def to_wechat(n: int, openid: str) -> Message:
    return send("wechat", to=Recipient(None, "王建国", wechat=openid), key=f"invite:{n}")[0]


def after(message: Message, now: Any = NOON) -> Message:
    deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    return message


# --- Turns ---------------------------------------------------------------------------------------


def test_an_account_sends_so_many_a_minute_and_the_rest_in_turn() -> None:
    configure(PER_MINUTE, 3)
    found = [after(message(n)) for n in range(6)]
    assert [one.state for one in found[:3]] == [DeliveryState.SENT] * 3
    waiting = found[3:]
    turns = [NOON + 20 * SECOND * n for n in (1, 2, 3)]
    assert [(one.due_at, one.put_off) for one in waiting] == [(at, PutOff.PACE) for at in turns]
    # Each has its turn: it takes no second one, and nothing brings it forward.
    assert bring_forward(messages=Message.objects.all(), now=NOON + SECOND) == 0
    assert after(waiting[0], NOON + SECOND).state == DeliveryState.QUEUED
    sent = [after(one, at) for one, at in zip(waiting, turns, strict=True)]
    assert [(one.state, one.put_off) for one in sent] == [(DeliveryState.SENT, "")] * 3
    assert after(message(7), NOON + 5 * MINUTE).state == DeliveryState.SENT


@pytest.mark.parametrize(("pace", "at_once"), [(0, 6), (60, 6), (4, 4)])
def test_another_pace_reaches_what_waits(admin: User, pace: int, at_once: int) -> None:
    configure(PER_MINUTE, 2)
    found = [after(message(n)) for n in range(8)][2:]
    assert {one.put_off for one in found} == {PutOff.PACE}
    now = NOON + SECOND
    with time_machine.travel(now, tick=False):
        change = note_change(PER_MINUTE, at=now, actor=admin)
        configure(PER_MINUTE, pace)  # of the newest change: another is not believed
        publish(SettingChanged(change.pk))
    sent = [after(one, now) for one in found]
    assert sum(one.state == DeliveryState.SENT for one in sent) == at_once
    assert all(one.due_at <= now + MINUTE for one in sent)


def test_without_a_limit_nobody_waits() -> None:
    assert {after(message(n)).state for n in range(30)} == {DeliveryState.SENT}


def test_one_telephone_is_not_rung_for_ever() -> None:
    configure(PER_RECIPIENT, 2)
    found = [after(message(n, phone="13800000001")) for n in range(3)]
    assert [one.state for one in found] == ["sent", "sent", "queued"]
    assert found[2].due_at == NOON + 30 * MINUTE
    assert after(message(9)).state == DeliveryState.SENT  # another one
    assert after(found[2], NOON + 30 * MINUTE).state == DeliveryState.SENT


@pytest.mark.parametrize(("limit", "at_once"), [(0, 3), (20, 3), (2, 2)])
def test_another_limit_for_one_telephone_reaches_what_waits(
    admin: User, limit: int, at_once: int
) -> None:
    """What had been put off for an hour stayed so, though the office had just allowed more."""
    configure(PER_RECIPIENT, 1)
    found = [after(message(n, phone="13800000001")) for n in range(4)][1:]
    assert {one.put_off for one in found} == {PutOff.PACE}
    now = NOON + SECOND
    with time_machine.travel(now, tick=False):
        change = note_change(PER_RECIPIENT, at=now, actor=admin)
        configure(PER_RECIPIENT, limit)
        publish(SettingChanged(change.pk))
    sent = [after(one, now) for one in found]
    assert sum(one.state == DeliveryState.SENT for one in sent) == at_once


def test_wechat_has_turns_by_account_and_by_recipient(occasion: Occasion) -> None:
    with OCCASIONS.holding(
        replace(occasion, defaults={"wechat": ("", "{{答复链接}}")}), alone=True
    ):
        _wechat_has_turns()


def _wechat_has_turns() -> None:
    configure(wechat.WAY, wechat.LOOPBACK)
    configure(wechat.PER_MINUTE, 2)
    found = [after(to_wechat(n, f"open{n}")) for n in range(3)]
    assert [(one.state, one.put_off) for one in found] == [
        *[("sent", "")] * 2,
        ("queued", PutOff.PACE),
    ]
    configure(wechat.PER_MINUTE, 0)
    configure(wechat.PER_RECIPIENT, 2)
    found = [after(to_wechat(n, "another")) for n in range(3, 6)]
    assert [one.state for one in found] == ["sent", "sent", "queued"]
    assert found[2].due_at == NOON + 30 * MINUTE


def test_mail_has_a_bucket_of_its_own(mail_server: MailServer) -> None:
    configure(MAILS_PER_MINUTE, 1)
    configure(PER_MINUTE, 1)
    assert [after(message(n, "email")).state for n in range(2)] == ["sent", "queued"]
    assert after(message(2)).state == DeliveryState.SENT


# --- The breaker ---------------------------------------------------------------------------------


def broken(mails: int) -> list[Message]:
    """Return so many mails, of which the first found that the server is down."""
    configure(HOST, "127.0.0.1")
    configure(PORT, 1)
    found = [message(n, "email") for n in range(mails)]
    for _ in range(DOWN_AFTER):
        after(found[0])
        Message.objects.filter(pk=found[0].pk).update(due_at=NOON)
    assert channel_state("email").is_down
    return found


@pytest.mark.shows("OVW-09")
def test_a_provider_that_is_down_is_tried_by_one_message_at_a_time() -> None:
    _, *others = broken(4)
    probe = NOON + PROBES[2]
    waiting = [after(one, NOON + SECOND) for one in others]
    assert {(one.attempts, one.put_off, one.due_at) for one in waiting} == {(0, "down", probe)}
    first, second, third = (after(one, probe) for one in waiting)
    assert [one.attempts for one in (first, second, third)] == [1, 0, 0]
    assert Attempt.objects.count() == DOWN_AFTER + 1
    assert second.due_at == probe + PROBES[3]
    # Its worker died: somebody else tries.
    ChannelHealth.objects.update(probe_at=probe)
    assert ChannelHealth.objects.filter(probe_at=probe).update(probe_at=probe + PROBING)
    assert after(third, probe + PROBING).attempts == 1


def test_the_first_that_gets_through_lets_all_out(mail_server: MailServer) -> None:
    port = mail_server.port
    _, *others = broken(3)
    for one in others:
        after(one, NOON + SECOND)
    configure(PORT, port)
    assert after(others[0], NOON + PROBES[2]).state == DeliveryState.SENT
    assert not channel_state("email").is_down
    others[1].refresh_from_db()
    assert others[1].due_at == NOON + PROBES[2]
    assert after(others[1], NOON + PROBES[2]).state == DeliveryState.SENT


def test_another_provider_is_not_down_for_it() -> None:
    _, other = broken(2)
    ChannelHealth.objects.update(provider="another")
    assert not channel_state("email").is_down
    assert after(other, NOON + SECOND).attempts == 1
    assert channel_state("email").failures == 1


def test_what_waited_for_days_is_given_up() -> None:
    _, other = broken(2)
    ChannelHealth.objects.update(probe_at=NOON + 2 * HELD_FOR)
    assert after(other, NOON + HELD_FOR).state == DeliveryState.FAILED
