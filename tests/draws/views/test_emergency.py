"""Declaring an emergency on the page of a draw."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.text import moment_text
from expertpool.draws import settings as office
from expertpool.draws.models import AnswerRequest, Draw, Emergency, EmergencyRequest, Invitation
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from tests.factories.accounts import PASSWORD
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw(operator: User) -> Draw:
    return running(operator)


def running(operator: User) -> Draw:
    for name in ("王一", "李二", "张三"):
        make_expert(name)
    return make_draw(now=timezone.now(), operator=operator, seats=1)


@pytest.mark.shows("DRAW-31")
def test_from_declaring_to_the_answer_by_telephone(
    client: Client, operator: User, supervisor: User, draw: Draw
) -> None:
    login(client, operator)
    detail = reverse("draws:detail", args=[draw.pk])
    declare = reverse("draws:emergency", args=[draw.pk])
    assert declare in client.get(detail).content.decode()
    before = client.get(detail).context["board"].version

    assert client.post(declare, {"reason": "急用", "minutes": "3"}).status_code == 422
    assert client.post(declare, {"reason": "开标提前", "minutes": "15"}).status_code == 204
    assert not Emergency.objects.exists()  # it waits for a second person
    asked = EmergencyRequest.objects.get()
    spot = reverse("workflow:request_confirm", args=["draws.emergency", asked.pk])
    assert "答复时限 15 分钟" in client.get(spot).content.decode()
    own = {"identifier": operator.username, "password": PASSWORD}
    assert client.post(spot, own).status_code == 422
    entered = {"identifier": supervisor.username, "password": PASSWORD}
    assert client.post(spot, entered).status_code == 204

    page = client.get(detail)
    text = page.content.decode()
    assert f"监督人 {supervisor.name} 确认" in text
    assert declare not in text
    assert page.context["board"].version != before  # other windows follow
    line = Invitation.objects.get(draw=draw)
    name = Expert.objects.get(pk=expert_id_of(line)).name
    form = reverse("draws:answer", args=[draw.pk, 1])
    drawer = client.get(form).content.decode()
    assert name not in drawer
    contact = client.post(reverse("draws:contact", args=[draw.pk, 1])).content.decode()
    assert name in contact
    # To the whole minute: letter, line and drawer say the same.
    until = line.deadline_at
    assert (until.second, until.microsecond) == (0, 0)
    assert moment_text(until) in contact
    assert f"{timezone.localtime(until):%m-%d %H:%M}</time>" in client.get(detail).content.decode()
    assert client.post(form, {"state": "declined", "reason": "电话"}).status_code == 422
    assert client.post(form, {"state": "accepted", "reason": "电话答复"}).status_code == 204
    answer = AnswerRequest.objects.get()
    spot = reverse("workflow:request_confirm", args=["draws.answer", answer.pk])
    text = client.get(spot).content.decode()
    assert "第 1 行登记为「同意」" in text
    assert name not in text + client.get(detail).content.decode()
    assert client.post(spot, entered).status_code == 204
    line.refresh_from_db()
    assert (line.state, line.witness) == ("accepted", supervisor.name)
    assert f"{supervisor.name} 确认" in client.get(detail).content.decode()
    assert "应急抽取" in client.get(reverse("draws:room", args=[draw.pk])).content.decode()
    public = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "应急抽取" in public


def test_an_ordinary_draw_tells_nobody_to_call(client: Client, operator: User, draw: Draw) -> None:
    login(client, operator)
    form = reverse("draws:answer", args=[draw.pk, 1])
    text = client.get(form).content.decode()
    assert "查看姓名和电话" not in text
    assert client.post(reverse("draws:contact", args=[draw.pk, 1])).status_code == 409
    assert client.post(form, {"state": "accepted", "reason": "电话答复"}).status_code == 204


def test_supervisors_do_not_declare(client: Client, supervisor: User, draw: Draw) -> None:
    login(client, supervisor)
    assert client.get(reverse("draws:emergency", args=[draw.pk])).status_code == 403
    assert (
        "draws/emergency"
        not in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    )
    assert not Emergency.objects.exists()


@pytest.mark.parametrize("form", ["emergency", "reschedule", "widen"])
def test_a_form_that_is_no_longer_open_says_why_on_the_page_of_its_draw(
    client: Client, operator: User, supervisor: User, draw: Draw, form: str
) -> None:
    """Opened by its own address, as from a bookmark; over the page it says the same."""
    asked = request_void(draw=draw, reason="有误", actor=operator, now=timezone.now())
    decide_void(request=asked, agree=True, note="", actor=supervisor, now=timezone.now())
    login(client, operator)
    address = reverse(f"draws:{form}", args=[draw.pk])
    page = client.get(address, follow=True)
    assert page.redirect_chain[-1][0] == reverse("draws:detail", args=[draw.pk])
    (message,) = page.context["messages"]
    assert message.level_tag == "error"
    drawer = client.get(address, headers={"HX-Request": "true"})
    assert drawer.status_code == 409
    assert not drawer.content
    assert json.loads(drawer["HX-Trigger"])["toast"]["message"] == str(message)


def test_a_form_opened_by_its_address_leads_back_to_its_draw(
    client: Client, operator: User, draw: Draw
) -> None:
    page = login(client, operator).get(reverse("draws:emergency", args=[draw.pk]))
    assert f'data-back="{reverse("draws:detail", args=[draw.pk])}"' in page.content.decode()


def test_the_form_proposes_no_more_than_the_office_allows(client: Client, operator: User) -> None:
    configure(office.EMERGENCY_LONGEST, 10)
    draw = running(operator)
    form = login(client, operator).get(reverse("draws:emergency", args=[draw.pk]))
    assert 'value="10"' in form.content.decode()
