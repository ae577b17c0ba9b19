"""What an expert's home page says of himself in numbers equals what his own pages list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.text import plain_number
from expertpool.evaluations.queries.ratings import mean_of
from expertpool.points.queries.ledger import balance_of
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_rating
from tests.factories.experts import give_account, make_expert
from tests.factories.fees import CARD, make_paid_to, pay
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-03")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 15, 0))  # noqa: DTZ001


def figures(user: User) -> dict[str, str]:
    page = login(Client(), user).get("/")
    return {one.label: one.text or str(one.value) for one in page.context["stats"]}


def test_an_expert_sees_his_own_year(operator: User, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    expert = make_expert(bank_name="中国工商银行", bank_account=CARD)
    user = make_user("expert")
    give_account(expert, user)
    assert figures(user) == {"今年参评": "0", "今年实收（元）": "0.00", "我的积分": "0"}
    rating = make_rating(expert, operator, now=NOW)
    finance = make_user("finance")
    line = pay(make_paid_to(operator, now=NOW, expert=expert), finance, now=NOW)
    # Sealed: that he is in it moves nothing.
    make_draw(now=NOW, seats=1, operator=operator)
    shown = figures(user)
    assert shown["今年参评"] == "2"
    assert shown["今年实收（元）"] == f"{line.net + line.travel:,.2f}"
    assert shown["我的积分"] == str(balance_of(expert))
    assert shown["平均得分"] == plain_number(mean_of([rating.total]))
    # All of it was last year, once another has begun.
    time_machine.move_to(NOW + timedelta(days=60), tick=False)
    shown = figures(user)
    assert (shown["今年参评"], shown["今年实收（元）"]) == ("0", "0.00")
