"""Levels and services: what an expert sees and asks for, and what the office answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.home import todos_for
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import BenefitRequest
from expertpool.points.queries.levels import all_levels, standing_of
from expertpool.points.queries.requests import requests_visible_to, requests_waiting
from expertpool.points.services.benefits import answer_request, ask_benefit
from expertpool.points.services.rows import delete_row
from expertpool.points.tables import OWN
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.points import (
    make_benefit,
    make_entry,
    make_level,
    make_point_rule,
    make_request,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def test_a_balance_stands_between_two_levels() -> None:
    make_level("普通", 0)
    make_level("资深", 50)
    for balance, now, ahead, lacking in (
        (-3, "", "普通", 3), (0, "普通", "资深", 50), (49, "普通", "资深", 1), (50, "资深", None, 0),
    ):  # fmt: skip
        found = standing_of(balance, all_levels())
        assert (found.label, found.following and found.following.name) == (now, ahead)
        assert found.lacking == lacking


@pytest.mark.shows("OVW-18", "OVW-04")
def test_an_expert_sees_his_points_asks_for_a_service_and_is_answered(
    client: Client, expert: Expert, admin: User
) -> None:
    make_level("普通", 0)
    senior = make_level("资深", 50)
    make_point_rule("attended", 5)
    car, check = make_benefit("评审用车"), make_benefit("年度体检", level=senior)
    make_entry(expert, points=30)
    own = login(client, expert.user)
    shown = own.get(reverse("points:own")).content.decode()
    for text in ("再得 20 分", "资深起", "参加培训", "可以申请", "参加评审"):
        assert text in shown
    text = "周二从高铁站接一下"
    assert own.post(reverse("points:ask", args=[check.pk]), {"text": text}).status_code == 422
    assert own.post(reverse("points:ask", args=[car.pk]), {"text": ""}).status_code == 422
    assert own.post(reverse("points:ask", args=[car.pk]), {"text": text}).status_code == 204
    assert own.post(reverse("points:ask", args=[car.pk]), {"text": text}).status_code == 422
    assert "待答复" in own.get(reverse("points:own")).content.decode()
    office = login(Client(), admin)
    assert any("服务申请" in one.title for one in todos_for(admin, now=timezone.now()))
    assert text in office.get(reverse("points:request_list")).content.decode()
    request = BenefitRequest.objects.get()
    drawer = reverse("points:answer", args=[request.pk])
    assert text in office.get(drawer).content.decode()
    assert office.post(drawer, {"agree": "yes", "answer": ""}).status_code == 422
    assert office.post(drawer, {"agree": "yes", "answer": "已安排车辆"}).status_code == 204
    assert office.post(drawer, {"agree": "no", "answer": "没有车"}).status_code == 422
    assert "已安排车辆" in own.get(reverse("points:own")).content.decode()
    sent = Message.objects.filter(occasion="points.answered")
    assert {one.channel for one in sent} == {"site", "email", "sms"}
    assert all("已安排车辆" in one.body for one in sent)


def test_an_expert_takes_his_points_and_requests_along(expert: Expert) -> None:
    make_entry(expert, points=30)
    make_request(expert, benefit=make_benefit("评审用车"))
    (points,), (asked,) = (list(one.rows(expert, timezone.now())) for one in OWN)
    assert points[1:4] == ("参加培训", "+30", "30")
    assert asked[0] == "评审用车"
    assert asked[3:] == ("待答复", "", "")


def test_only_himself_asks_and_only_once_is_answered(expert: Expert, admin: User) -> None:
    benefit = make_benefit()
    with pytest.raises(PointsRefused, match="本人"):
        ask_benefit(
            expert=expert, benefit=benefit, text="接站一次", actor=admin, now=timezone.now()
        )
    request = make_request(expert, benefit=benefit)
    given = {"request": request, "agree": True, "answer": "好", "now": timezone.now()}
    assert expert.user is not None
    with pytest.raises(PointsRefused, match="专家账号"):
        answer_request(actor=expert.user, **given)
    answer_request(actor=admin, **given)
    with pytest.raises(PointsRefused, match="已经有人答复"):
        answer_request(actor=admin, **given)


def test_who_answers_second_reads_who_was_first_and_keeps_his_words(
    expert: Expert, admin: User
) -> None:
    request = make_request(expert)
    answer_request(request=request, agree=True, answer="已派车", actor=admin, now=timezone.now())
    other = login(Client(), make_user("admin"))
    drawer = reverse("points:answer", args=[request.pk])
    page = other.post(drawer, {"agree": "no", "answer": "请自行前往"})
    assert page.status_code == 422
    for text in (str(admin), "已派车", "请自行前往", "已经有人答复"):
        assert text in page.content.decode()
    assert BenefitRequest.objects.get(pk=request.pk).agreed


def test_what_is_in_use_is_not_deleted(expert: Expert, admin: User) -> None:
    level = make_level("资深", 50)
    benefit = make_benefit(level=level)
    # A level has nothing by which it is stopped: what leads on is the service.
    with pytest.raises(ValidationError, match=f"（{benefit.name}），不能删除；请先在「专属服务」"):
        delete_row(row=level, actor=admin, now=timezone.now())
    benefit.level = None
    benefit.save()
    delete_row(row=level, actor=admin, now=timezone.now())


def test_a_request_is_told_the_next_day_while_names_are_sealed(
    expert: Expert, admin: User, operator: User
) -> None:
    """At once it would say that he, of all who may have been drawn, is at his account."""
    now = timezone.now()
    make_expert()
    make_draw(now=now - timedelta(minutes=1), operator=operator, seats=1)
    make_request(expert, now=now)
    assert not requests_visible_to(admin).exists()
    assert not requests_waiting(admin).exists()
    request = make_request(expert, now=now - timedelta(days=1))
    assert requests_waiting(admin).get() == request
