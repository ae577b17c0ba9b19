from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.models import Draw, ReleaseRequest, VoidRequest
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.emergency import request_emergency
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.projects.enums import DrawState
from expertpool.workflow.settings import OBJECTION_MINUTES
from tests.factories.draws import make_draw, make_plan
from tests.factories.experts import make_expert
from tests.factories.requests import asked_otherwise
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once():
        for number in range(3):
            make_expert(f"专家{number}")
        return make_draw(now=timezone.now(), seats=2)


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def operator(made: Draw) -> User:
    return User.objects.get(pk=made.operator_id)


def test_one_asks_and_another_voids(client, operator, supervisor, draw):
    page = reverse("draws:detail", args=[draw.pk])
    address = reverse("workflow:request_ask", args=["draws.void", draw.pk])
    login(client, operator)
    assert client.post(address).status_code == 409
    assert client.post(address, {"reason": "条件有误"}).status_code == 204
    asked = VoidRequest.objects.get()
    agree = reverse("workflow:request_agree", args=["draws.void", asked.pk])
    assert agree not in client.get(page).content.decode()
    assert client.post(agree).status_code == 409  # not by himself
    login(client, supervisor)
    text = client.get(page).content.decode()
    assert "条件有误" in text
    assert agree in text
    assert client.post(agree).status_code == 204
    draw.refresh_from_db()
    assert draw.status == DrawStatus.VOID
    assert draw.project.draw_state == DrawState.NOT_DRAWN
    for address in (page, reverse("draws:room", args=[draw.pk])):
        assert "已取消" in client.get(address).content.decode()
    login(client, operator)
    roles = client.get(reverse("draws:panel_roles", args=[draw.pk]), follow=True)
    assert "抽取已失效，不能再设置角色。" in roles.content.decode()
    # Drawn again by the same plan: it may have been its fault.
    again = reverse("draws:start", args=[draw.project_id])
    told = "方案在作废之后没有改过"
    assert told in client.get(again).content.decode()
    make_plan(draw.project, now=timezone.now(), seats=1)
    assert told not in client.get(again).content.decode()
    project = reverse("projects:detail", args=[draw.project_id])
    assert draw.number in client.get(project, {"tab": "draw"}).content.decode()


def test_who_asks_to_void_is_told_that_his_reason_is_published(client, operator, draw):
    page = login(client, operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    (button,) = [tag for tag in page.split("<button")[1:] if 'data-ask="作废的原因"' in tag]
    assert "原文公开" in button
    assert "请勿写任何人的姓名" in button


def test_what_is_refused_is_read_on_a_page_where_there_is_none_below(client, operator, draw):
    address = reverse("workflow:request_ask", args=["draws.void", draw.pk])
    page = login(client, operator).post(address)
    assert page.status_code == 409
    assert "请写明作废的原因（至少两个字）。" in page.content.decode()
    over = client.post(address, headers={"HX-Request": "true"})
    assert (over.status_code, over.content) == (409, b"")


def test_a_request_may_be_turned_down(client, operator, supervisor, draw):
    login(client, operator).post(
        reverse("workflow:request_ask", args=["draws.void", draw.pk]), {"reason": "条件有误"}
    )
    asked = VoidRequest.objects.get()
    address = reverse("workflow:request_turn_down", args=["draws.void", asked.pk])
    login(client, supervisor).post(address, {"reason": "条件无误"})
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    assert VoidRequest.objects.get().note == "条件无误"


@pytest.mark.shows("DRAW-14")
def test_one_asks_for_an_early_release_and_another_agrees(client, operator, supervisor, draw):
    page = reverse("draws:detail", args=[draw.pk])
    public = reverse("draws:verify_draw", args=[draw.public_id])
    address = reverse("workflow:request_ask", args=["draws.release", draw.pk])
    login(client, operator)
    assert "提前公开名单" in client.get(page).content.decode()
    assert client.post(address).status_code == 409  # no reason
    assert client.post(address, {"reason": "评审提前"}).status_code == 204
    asked = ReleaseRequest.objects.get()
    agree = reverse("workflow:request_agree", args=["draws.release", asked.pk])
    assert agree not in client.get(page).content.decode()
    assert client.post(agree).status_code == 409  # not by himself
    login(client, supervisor)
    assert "确认提前公开名单" in client.get("/").content.decode()
    assert agree in client.get(page).content.decode()
    names = reverse("draws:names", args=[draw.pk])
    assert client.post(names).status_code == 409
    assert client.post(agree).status_code == 204
    assert "专家" in client.post(names).content.decode()
    shown = client.get(public).content.decode()
    assert "提前，两人申请并确认" in shown
    for text in (operator.name, supervisor.name, "评审提前"):  # free words may name somebody
        assert text not in Client().get(public).content.decode()
    assert "评审提前" in client.get(reverse("reports:ledger")).content.decode()


@pytest.mark.shows("DRAW-11")
def test_while_somebody_may_object_no_password_is_asked_for(client, operator, draw):
    configure(OBJECTION_MINUTES, 5)
    login(client, operator)
    client.post(
        reverse("workflow:request_ask", args=["draws.void", draw.pk]), {"reason": "条件有误"}
    )
    asked, page = VoidRequest.objects.get(), reverse("draws:detail", args=[draw.pk])
    doors = [
        reverse(f"workflow:{name}", args=["draws.void", asked.pk])
        for name in ("request_confirm", "request_code")
    ]
    shown = client.get(page).content.decode()
    assert "之后才能确认" in shown
    for door in doors:
        assert door not in shown
        for told in (client.get(door), client.post(door, {"identifier": "x", "password": "y"})):
            assert told.status_code == 409
            assert "password" not in told.content.decode()
    asked_otherwise(asked, requested_at=timezone.now() - timedelta(minutes=6))
    assert doors[0] in client.get(page).content.decode()
    assert "password" in client.get(doors[0]).content.decode()


@pytest.mark.shows("DRAW-16")
def test_the_line_says_that_an_answer_waits_to_be_confirmed(client, operator, draw):
    line = draw.invitations.first()
    request_answer(
        invitation=line,
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=operator,
        now=timezone.now(),
    )
    login(client, operator)
    shown = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert shown.count("已申请登记为「同意」，待确认") == 1


def test_a_request_ends_when_nothing_can_come_of_it(operator, draw):
    opening, closing = draw.project.opening_at, draw.project.closing_at
    now = opening - timedelta(hours=2)
    released = request_release(draw=draw, reason="有人缺席", actor=operator, now=now)
    declared = request_emergency(draw=draw, minutes=10, reason="临近开评", actor=operator, now=now)
    assert (released.expires_at, declared.expires_at) == (closing, opening)


def test_what_ended_a_request_is_said(client, operator, supervisor, draw):
    """A change of time ended it, and the list said that its author had."""
    row = draw.invitations.first()
    request_answer(
        invitation=row,
        state=InvitationState.DECLINED,
        ground="其他",
        reason="来电说明",
        actor=operator,
        now=timezone.now(),
    )
    meeting = NewMeeting(draw.project_id, draw.project.opening_at + timedelta(days=1), "二楼")
    reschedule(
        draw=draw,
        meetings=[meeting],
        reason="延期",
        actor=operator,
        now=timezone.now(),
        entropy=SeededEntropy(1),
    )
    login(client, supervisor)
    listed = client.get(reverse("workflow:request_list"), {"tab": "settled"}).content.decode()
    assert "已终止" in listed
    assert "评审已改期" in listed
    assert "已撤回" not in listed
