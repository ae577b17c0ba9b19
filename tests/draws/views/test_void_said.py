"""What the message says that can be done once a draw is void."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.services.voiding import request_void
from tests.factories.widening import accept_all, make_short_panel, widen_to_everybody
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-30")]


def voided(draw: Draw, by: User) -> tuple[str, str]:
    """Let ``by`` agree to void ``draw``: what he is asked, and told."""
    asked = request_void(draw=draw, reason="条件有误", actor=draw.operator, now=timezone.now())
    client = login(Client(), by)
    page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    answer = client.post(reverse("workflow:request_agree", args=["draws.void", asked.pk]))
    assert answer.status_code == 204
    draw.refresh_from_db()
    assert draw.status == DrawStatus.VOID
    return page, json.loads(answer["HX-Trigger"])["toast"]["message"]


def test_of_a_widened_draw_alone_that_it_can_be_widened_again(
    operator: User, supervisor: User
) -> None:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    widened = widen_to_everybody(base, now=now, actor=operator)
    accept_all(widened, now=now)
    asked, told = voided(widened, supervisor)
    assert "原来的抽取和其中在席的专家不变" in asked
    assert "项目回到未抽取" not in asked
    assert told == "抽取已作废，原来的抽取不变。可以再放宽条件补抽。"
    asked, told = voided(base, supervisor)
    assert "项目回到未抽取" in asked
    assert told == "抽取已作废。可以重新抽取。"


def test_of_a_review_that_has_begun_that_nothing_can_be_drawn(
    operator: User, supervisor: User
) -> None:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    widened = widen_to_everybody(base, now=now, actor=operator)
    accept_all(widened, now=now)
    with time_machine.travel(base.project.opening_at + timedelta(minutes=1), tick=False):
        told = [voided(draw, supervisor)[1] for draw in (widened, base)]
    assert told == [
        "抽取已作废，原来的抽取不变。现在不能再放宽条件补抽：评审开始时间已过，不能再抽取。",
        "抽取已作废。现在不能重新抽取：项目的评审开始时间已过，请先修改时间。",
    ]
