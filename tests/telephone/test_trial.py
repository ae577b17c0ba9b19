"""「拨打测试电话」: made by the agent, by what is saved, and not without end."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.notifications.channels.voice.settings import SERVER, SIP, TRUNK, USER
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.services import calls
from expertpool.telephone.services.health import note_agent
from expertpool.telephone.services.trial import IN_AN_HOUR
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
PAGE = "/settings/groups/voice/"
NUMBER = "13800138000"


@pytest.fixture
def office(line_alone: Client) -> Client:
    """An administrator where a line is set, and a telephone program has it."""
    note_agent(now=timezone.now())
    return line_alone


@pytest.fixture
def line_alone(admin: User) -> Client:
    """The same before there is a program."""
    for setting, value in ((SERVER, "10.8.0.5"), (USER, "01088880000"), (TRUNK, SIP)):
        configure(setting, value)
    return login(Client(), admin)


def attempt(client: Client, number: str = NUMBER, **changes: str) -> str:
    """Press the button beside the form as it is shown, with ``changes`` typed."""
    form = client.get(PAGE).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in sent.items()}
    sent = {name: value for name, value in sent.items() if value is not False}
    typed = {f"notifications-voice_{name}": value for name, value in changes.items()}
    answer = client.post(f"{PAGE}try/", sent | typed | {"address": number})
    return answer.content.decode()


@pytest.mark.shows("OVW-08")
def test_the_agent_calls_and_the_record_says_how_it_went(office: Client) -> None:
    assert f"电话程序正在拨打 {NUMBER}" in attempt(office)
    call = calls.take(agent="a", now=timezone.now())
    assert call is not None
    assert (call.number, call.is_asking) == (NUMBER, False)
    assert "测试电话" in call.text
    assert "还没有打完" in attempt(office)
    calls.end(call_id=call.call_id, outcome=CallOutcome.HEARD, now=timezone.now())
    assert Message.objects.get().state == DeliveryState.DELIVERED


def test_the_page_says_that_it_calls_by_what_is_saved(office: Client) -> None:
    page = office.get(PAGE).content.decode()
    assert "按已保存的线路拨打" in page
    assert "不需要先保存" not in page


def test_it_is_made_by_what_is_saved(office: Client) -> None:
    assert "请先保存" in attempt(office, server="10.8.0.6")
    assert "请先选用" in attempt(office, trunk="none")
    assert "手机号格式不对" in attempt(office, "110")
    assert not Message.objects.exists()


def test_it_is_said_at_once_that_nobody_would_make_it(line_alone: Client) -> None:
    """It was said to be under way for as long as no program ran."""
    assert "没有电话程序在运行" in attempt(line_alone)
    assert not Message.objects.exists()


def test_nobody_rings_without_end(office: Client) -> None:
    for _ in range(IN_AN_HOUR):
        assert "正在拨打" in attempt(office)
        Message.objects.update(state=DeliveryState.FAILED)
    assert "一小时内最多" in attempt(office)
