"""No text that cannot go out keeps a draw from being sealed: it is a row that has failed, and another way is taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.occasions import INVITATION
from expertpool.draws.queries.reach import suspected, troubled
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message, MessageTemplate
from expertpool.notifications.queries.templates import (
    NOT_REGISTERED,
    TEMPLATE_OFF,
    proof_of,
    template_state,
)
from expertpool.notifications.services.templates import save_template
from expertpool.notifications.settings import ROUTE_WAIT
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-22")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SMS = (INVITATION.code, "sms")


def switched_off(admin: User) -> None:
    text = template_state(INVITATION, "sms").text
    save_template(occasion=SMS[0], channel=SMS[1], text=text, active=False, actor=admin, now=NOW)


def without_number(_admin: User) -> None:
    """The provider sends none but those it has approved."""
    configure(sms.PROVIDER, sms.ALIYUN)


def refused_by_todays_rules(admin: User) -> None:
    """As one that was saved by a version that knew another placeholder."""
    text = template_state(INVITATION, "sms").text
    save_template(occasion=SMS[0], channel=SMS[1], text=text, actor=admin, now=NOW)
    row = MessageTemplate.objects.get(occasion=SMS[0], channel=SMS[1])
    row.body = "{{从前的变量}}，请答复。"
    row.proof = proof_of(row)
    row.save()
    assert template_state(INVITATION, "sms").why_not


def sealed(email: str) -> Draw:
    configure(ROUTE_WAIT, 0)
    for at in range(2):
        make_expert(email=email and f"{at}{email}")
    project = make_ready_project(now=NOW, seats=2, channels=("sms",))
    draw = start_draw(project=project, actor=project.created_by, now=NOW, entropy=SeededEntropy(1))
    assert draw.status == DrawStatus.INVITING
    return draw


@pytest.mark.parametrize(
    ("lacks", "why"), [(switched_off, TEMPLATE_OFF), (without_number, NOT_REGISTERED)]
)
def test_what_cannot_go_out_fails_and_says_why_and_another_way_is_taken(
    admin: User, lacks: Callable[[User], None], why: str
) -> None:
    lacks(admin)
    draw = sealed("e@example.cn")
    rows = Message.objects.filter(occasion=INVITATION.code)
    found = rows.filter(channel="sms").values_list("state", "detail")
    assert list(found) == [(DeliveryState.FAILED, why)] * 2
    others = rows.filter(channel="email").values_list("state", flat=True)
    assert list(others) == [DeliveryState.QUEUED] * 2
    assert suspected(Draw.objects.filter(pk=draw.pk), now=NOW) == []


@pytest.mark.parametrize("lacks", [switched_off, without_number])
def test_whom_no_other_way_reaches_is_told_of(admin: User, lacks: Callable[[User], None]) -> None:
    lacks(admin)
    draw = sealed("")
    assert suspected(Draw.objects.filter(pk=draw.pk), now=NOW) == [draw.pk]
    ((found, fare),) = troubled([draw.pk], now=NOW)
    assert (found, fare.is_troubled) == (draw, True)


def test_in_place_of_a_text_that_is_refused_today_the_default_goes_out(admin: User) -> None:
    refused_by_todays_rules(admin)
    sealed("e@example.cn")
    rows = Message.objects.filter(occasion=INVITATION.code, channel="sms")
    assert [one.state for one in rows] == [DeliveryState.QUEUED] * 2
    assert all("从前的变量" not in one.body and "/r/" in one.body for one in rows)
