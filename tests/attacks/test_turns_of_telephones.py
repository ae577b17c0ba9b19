"""Who sits in a sealed draw, asked of the short messages that others must wait for (docs/decisions/0281)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.settings import QUIET_HOURS
from expertpool.experts.models import Expert
from expertpool.notices.queries.fates import addressees_visible_to, fates
from expertpool.notifications.channels.sms.settings import PER_MINUTE, PER_RECIPIENT
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.notices import sent_notice
from tests.factories.siteconfig import configure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
NOTICES = 20


@pytest.fixture(autouse=True)
def always() -> None:
    configure(QUIET_HOURS, None)


def suspects() -> list[Expert]:
    return [make_expert(name) for name in ("王立新", "李建国", "陈晨明", "沈宇涵", "袁英磊")]


def drawn(operator: User, *, seats: int = 2) -> Draw:
    return make_draw(
        now=NOW, operator=operator, seats=seats, channels=("sms", "site"), reached=False
    )


def let_out(*occasions: str) -> list[Message]:
    """Let short messages go out, those of ``occasions``; return them."""
    waiting = Message.objects.filter(channel="sms", state="queued", occasion__in=occasions)
    found = list(waiting.order_by("pk"))
    for one in found:
        deliver(message_id=one.pk, now=NOW)
        one.refresh_from_db()
    return found


def of_notices() -> list[Message]:
    return let_out("notice.sent")


@pytest.mark.parametrize("most", [1, NOTICES])
def test_no_notice_waits_for_a_letter_of_a_sealed_draw(operator: User, most: int) -> None:
    """As many notices as a telephone has turns: who had a letter had one fewer, and his last one waited."""
    configure(PER_RECIPIENT, most)
    experts = suspects()
    draw = drawn(operator)
    letters = let_out("draw.invitation")
    assert [one.state for one in letters] == ["sent"] * 2
    assert {expert_id_of(row) for row in draw.invitations.all()} < {one.pk for one in experts}
    for _ in range(most):
        notice = sent_notice(*experts, channels=["sms"], now=NOW)
        of_notices()
        rows = fates(notice, addressees_visible_to(operator, notice).order_by("pk"))
        assert [(fate.state, fate.ways) for fate in rows] == [(rows[0].state, rows[0].ways)] * 5
        assert {one.state for one in Message.objects.filter(occasion="notice.sent")} == {"sent"}


def test_no_letter_waits_for_notices_or_for_that_of_another_draw(operator: User) -> None:
    configure(PER_RECIPIENT, 1)
    experts = suspects()
    sent_notice(*experts, channels=["sms"], now=NOW)
    assert {one.state for one in of_notices()} == {"sent"}
    for _ in range(2):
        drawn(operator)
        assert [one.state for one in let_out("draw.invitation")] == ["sent"] * 2
    # Beside each other: what is no secret shares a bucket.
    sent_notice(*experts, channels=["sms"], now=NOW)
    assert {one.put_off for one in of_notices()} == {"pace"}


@pytest.mark.parametrize("first", ["draw.invitation", "notice.sent"])
def test_the_account_has_turns_apart_too(operator: User, first: str) -> None:
    configure(PER_MINUTE, 2)
    experts = suspects()
    drawn(operator)
    sent_notice(*experts[:2], channels=["sms"], now=NOW)
    second = ({"draw.invitation", "notice.sent"} - {first}).pop()
    for occasion in (first, second):
        assert [one.state for one in let_out(occasion)] == ["sent"] * 2


def test_letters_to_one_telephone_have_turns_of_their_own(operator: User) -> None:
    configure(PER_RECIPIENT, 1)
    suspects()
    drawn(operator, seats=1)
    (letter,) = let_out("draw.invitation")
    assert letter.state == "sent"
    Message.objects.filter(pk=letter.pk).update(state="queued")  # as if it were the next
    (waits,) = let_out("draw.invitation")
    assert (waits.state, waits.put_off) == ("queued", "pace")
