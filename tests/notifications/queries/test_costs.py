"""What messages cost: long ones as several, calls by what they last."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import AttemptState, ChannelCode, DeliveryEventKind
from expertpool.notifications.models import Attempt, DeliveryEvent, Message
from expertpool.notifications.queries import costs
from expertpool.notifications.queries.costs import costs_of
from tests.factories.siteconfig import configure
from tests.notifications.conftest import NOON, send

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-09")]
S = AttemptState
_numbers = count(1)


def attempt(
    provider: str, state: str = S.DELIVERED, *, channel: str = "sms", body: str = "短", **more: Any
) -> Attempt:
    (message,) = send("sms", key=f"cost:{next(_numbers)}")
    message.body, message.channel = body, channel
    message.occasion = more.pop("occasion", message.occasion)
    message.save()
    values = {"began_at": NOON, "ended_at": NOON, **more}
    return Attempt.objects.create(
        message=message, number=1, provider=provider, state=state, **values
    )


def call(seconds: int | None, **more: Any) -> Attempt:
    """One that was answered after 20 s, and lasted ``seconds`` from then; None: nobody answered."""
    found = attempt(
        voice.SIP,
        S.UNDELIVERED,
        channel=ChannelCode.VOICE,
        ended_at=NOON + timedelta(seconds=20 + (seconds or 0)),
    )
    moments = {DeliveryEventKind.RINGING: 5} | (
        {} if seconds is None else {DeliveryEventKind.ANSWERED: 20}
    )
    for kind, at in moments.items():
        DeliveryEvent.objects.create(
            key=f"{found.pk}:{kind}",
            attempt=found,
            provider=voice.SIP,
            kind=kind,
            at=NOON + timedelta(seconds=at),
            received_at=timezone.now(),
        )
    return found


def cost(channel: str, provider: str) -> float:
    return round(costs_of(Attempt.objects.all())[channel, provider], 6)


def test_nobody_says_what_it_costs() -> None:
    attempt("aliyun")
    assert costs_of(Attempt.objects.all()) == {}


def test_a_long_short_message_is_several() -> None:
    """It cost as one, a third of what is charged."""
    configure(sms.PRICES["aliyun"], 50)
    attempt("aliyun", body="字" * 70)
    attempt("aliyun", S.UNDELIVERED, body="字" * 71)  # charged all the same
    attempt("aliyun", S.REJECTED, body="字" * 700)
    attempt("aliyun", S.ACCEPTED, body="字" * 201, occasion="tests.other")
    attempt("tencent", body="字" * 700)
    assert cost("sms", "aliyun") == round(0.05 * (1 + 2 + 3), 6)


def test_what_is_not_measured_is_as_long_as_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(sms.PRICES["aliyun"], 50)
    monkeypatch.setattr(costs, "MEASURED", 2)
    deleted = attempt("aliyun", body="字" * 700).message_id
    Message.objects.filter(pk=deleted).update(
        body="", deleted_at=NOON, state="delivered", sent_at=NOON
    )
    attempt("aliyun", body="字" * 700)
    for _ in range(2):
        attempt("aliyun", body="字" * 100)
    assert cost("sms", "aliyun") == round(0.05 * 4 * 2, 6)


def test_a_call_costs_the_minutes_that_it_began() -> None:
    """A line of one's own had no price."""
    configure(voice.PRICES[voice.SIP], 100)
    for seconds in (None, 0, 1, 60, 61):
        call(seconds)
    assert cost("voice", voice.SIP) == round(0.1 * (1 + 1 + 1 + 2), 6)


def test_a_cloud_is_paid_for_calls_that_were_answered() -> None:
    configure(voice.PRICES[voice.ALIYUN], 100)
    attempt(voice.ALIYUN, S.DELIVERED, channel=ChannelCode.VOICE)
    attempt(voice.ALIYUN, S.UNDELIVERED, channel=ChannelCode.VOICE)
    assert cost("voice", voice.ALIYUN) == 0.1
