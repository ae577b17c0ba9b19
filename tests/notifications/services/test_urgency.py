"""What somebody waits for goes out before what many are told at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.core.jobs import jobs_before
from expertpool.draws.occasions import ANSWER_REMINDER, INVITATION, REMINDER
from expertpool.experts.occasions import ACTIVATION, ADMITTED, PASSWORD
from expertpool.notifications.channels.sms.settings import PER_MINUTE, PER_RECIPIENT
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.enums import DeliveryState, Urgency
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import OCCASIONS, Occasion
from expertpool.notifications.services.delivery import deliver
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.notifications.services.waiting import bring_forward
from expertpool.telephone.services import calls
from expertpool.workflow.occasions import ASKED, CODE
from tests.factories.siteconfig import configure
from tests.notifications.conftest import INVITATION as USUAL
from tests.notifications.conftest import NOON

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def occasions() -> Iterator[None]:
    """One usual occasion, and one of each level above it."""
    voice = USUAL.defaults | {"voice": ("", "请答复“{{项目名称}}”的评审邀请。")}
    said = replace(USUAL, defaults=voice)
    levels = (replace(said, code=f"tests.{one.name}", urgency=one) for one in Urgency)
    with OCCASIONS.holding(*levels, alone=True):
        yield


def tell(urgency: Urgency, *numbers: int, channel: str = "sms", now: Any = NOON) -> list[Message]:
    context = dict(USUAL.placeholders)
    envelopes = [
        Envelope(
            Recipient(None, "王建国", phone=f"138{n:08d}"),
            context,
            ("tests", n),
            f"{urgency.name}:{n}:{now}",
        )
        for n in numbers
    ]
    return send_messages(
        occasion=f"tests.{urgency.name}", envelopes=envelopes, channels=[channel], now=now
    )


def next_message() -> int:
    """Take the next job as a worker takes it; return its message."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
        cursor.execute(
            "SELECT args FROM procrastinate_fetch_job_v2(%s, %s)", [["messages"], worker]
        )
        (args,) = cursor.fetchone()
    return int(json.loads(args)["message_id"])


@pytest.mark.shows("OVW-09")
def test_an_invitation_goes_before_five_hundred_letters_that_were_queued_first() -> None:
    letters = tell(Urgency.USUAL, *range(500))
    (begin,) = tell(Urgency.SOON, 600)
    (invitation,) = tell(Urgency.TIMED, 601)
    (code,) = tell(Urgency.WAITED_FOR, 602)
    assert (
        jobs_before("notifications.deliver_message", now=timezone.now(), message_id=begin.pk) == 2
    )
    assert [next_message() for _ in range(4)] == [code.pk, invitation.pk, begin.pk, letters[0].pk]


def test_what_was_held_back_is_as_urgent_when_it_may_go() -> None:
    (held,) = tell(Urgency.TIMED, 1)
    assert next_message() == held.pk  # put off by its draw, say
    Message.objects.update(due_at=NOON + timedelta(hours=8))
    tell(Urgency.USUAL, *range(10, 20))
    assert bring_forward(messages=Message.objects.filter(pk=held.pk), now=NOON) == 1
    assert next_message() == held.pk


def test_what_has_no_turn_at_a_provider_yet_comes_after_what_is_urgent() -> None:
    configure(PER_MINUTE, 3)
    letters = tell(Urgency.USUAL, *range(9))
    for one in letters:
        deliver(message_id=one.pk, now=NOON)
    (code,) = tell(Urgency.WAITED_FOR, 20)
    deliver(message_id=code.pk, now=NOON)
    code.refresh_from_db()
    assert code.state == DeliveryState.SENT
    (last,) = tell(Urgency.USUAL, 30)
    deliver(message_id=last.pk, now=NOON)
    last.refresh_from_db()
    # Six wait for turns of 20 seconds; the code has used one.
    assert last.due_at == NOON + 8 * 20 * SECOND


def test_a_full_hour_of_one_telephone_holds_up_nothing_that_is_more_urgent() -> None:
    configure(PER_RECIPIENT, 2)

    def sent(urgency: Urgency, number: int) -> list[bool]:
        told = [tell(urgency, number, now=NOON + at * SECOND)[0] for at in range(3)]
        for one in told:
            deliver(message_id=one.pk, now=NOON + 9 * SECOND)
            one.refresh_from_db()
        return [one.state == DeliveryState.SENT for one in told]

    limited = [True, True, False]
    assert sent(Urgency.USUAL, 1) == limited
    assert sent(Urgency.TIMED, 1) == limited
    assert sent(Urgency.WAITED_FOR, 1) == limited  # codes do not ring for ever either
    # What was urgent counts for the rest: nobody gets three times as much as he is to get.
    assert sent(Urgency.WAITED_FOR, 2) == limited
    assert sent(Urgency.TIMED, 2) == sent(Urgency.USUAL, 2) == [False] * 3


def test_the_telephone_rings_for_what_is_urgent_first() -> None:
    configure(voice.SERVER, "10.8.0.5")
    configure(voice.USER, "02788886666")
    configure(voice.TRUNK, voice.SIP)
    tell(Urgency.USUAL, *range(3), channel="voice")
    (urgent,) = tell(Urgency.TIMED, 9, channel="voice", now=NOON + SECOND)
    taken = calls.take(agent="a", now=NOON + 2 * SECOND)
    assert taken is not None
    assert taken.number == urgent.address


@pytest.mark.parametrize(
    ("occasion", "urgency"),
    [
        *((one, Urgency.TIMED) for one in (INVITATION, REMINDER, ANSWER_REMINDER, ASKED)),
        *((one, Urgency.WAITED_FOR) for one in (CODE, PASSWORD)),
        (ACTIVATION, Urgency.SOON),
        (ADMITTED, Urgency.USUAL),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_what_is_urgent_is_declared_with_the_occasion(occasion: Occasion, urgency: Urgency) -> None:
    assert occasion.urgency is urgency
