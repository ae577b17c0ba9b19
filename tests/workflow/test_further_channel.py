"""A channel that the guide adds, and of which no occasion has a text yet, keeps nobody from anything."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import VoidRequest
from expertpool.experts.services.merging import merge_experts
from expertpool.notifications.channels.voice import settings as voice
from expertpool.notifications.models import Message
from tests.factories.accounts import make_phone, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture(autouse=True)
def further(db: None) -> None:
    """Telephone calls, of which few occasions have a text."""
    configure(voice.TRUNK, voice.SIP)


def told(occasion: str) -> set[str]:
    return set(Message.objects.filter(occasion=occasion).values_list("channel", flat=True))


def test_an_account_gets_another_telephone(admin: User) -> None:
    owner = make_user("finance", phone=make_phone(), email="zhou@example.cn")
    address = reverse("accounts:user_edit", args=[owner.pk])
    page = login(Client(), admin).get(address)
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields} | {"phone": (phone := make_phone())}
    answer = login(Client(), admin).post(address, {k: v for k, v in typed.items() if v is not None})
    assert answer.status_code == 204, answer.content.decode()
    owner.refresh_from_db()
    assert owner.phone == phone
    assert told("account.acted") == {"sms", "email", "site"}


def test_a_draw_is_asked_to_be_voided_and_agreed_to_by_a_code(operator: User) -> None:
    second = make_user("supervisor", phone=make_phone(), email="zhou@example.cn")
    make_expert()
    draw = make_draw(now=timezone.now(), seats=1, operator=operator, opens_in_hours=400)
    client = login(Client(raise_request_exception=False), operator)
    answer = client.post(
        reverse("workflow:request_ask", args=["draws.void", draw.pk]), {"reason": "回避单位漏填"}
    )
    assert answer.status_code in (204, 302)
    asked = VoidRequest.objects.get(draw=draw)
    assert told("request.asked") == {"sms", "email", "site"}
    address = reverse("workflow:request_code", args=["draws.void", asked.pk])
    assert f"138****{second.phone[-4:]}" in client.get(address).content.decode()
    sent = client.post(address, {"step": "choose", "person": second.pk})
    assert sent.status_code == 200
    assert told("request.code") == {"sms", "email"}


def test_an_expert_gets_another_telephone_and_is_merged(admin: User) -> None:
    keep = make_expert("王小明", phone="13812340001", email="old@example.cn")
    close = make_expert("王小明", phone="13812340002", email="new@example.cn")
    merge_experts(keep=keep, close=close, taken=["phone"], reason="同一人", actor=admin, now=NOW)
    assert told("expert.merged") == told("expert.contact_changed") == {"sms", "email"}
