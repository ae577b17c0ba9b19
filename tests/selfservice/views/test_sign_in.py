"""到场签到: on the page behind the link and in the expert's area; the place shows code and count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.presence import sign_in_code
from tests.draws.views.letters import link_of
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
OPENING = NOW + timedelta(hours=48)
THERE = OPENING - timedelta(minutes=20)


@pytest.fixture
def draw(operator: User) -> Draw:
    configure(office.REVEAL_BY, office.ALL_PRESENT)
    for _ in range(2):
        make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=48)
    accept_all(draw, now=NOW)
    return draw


def test_an_expert_signs_in_by_his_link(client: Client, draw: Draw) -> None:
    line = draw.invitations.first()
    page = link_of(line)
    sign_in = f"{page}sign-in/"
    with time_machine.travel(OPENING - timedelta(hours=3), tick=False):
        assert "到场后须在本页签到" in client.get(page).content.decode()
        early = client.post(sign_in, {"code": "123456"})
        assert early.status_code == 422
    with time_machine.travel(THERE, tick=False):
        assert "签到码" in client.get(page).content.decode()
        wrong = client.post(sign_in, {"code": "abc"})
        assert (wrong.status_code, "6 位数字" in wrong.content.decode()) == (422, True)
        code = sign_in_code(draw, now=THERE)
        assert client.post(sign_in, {"code": code}).status_code == 302
        assert "已签到" in client.get(page).content.decode()
    assert Invitation.objects.get(pk=line.pk).signed_in_at == THERE


def test_the_place_shows_code_and_count_and_nobodys_name(
    client: Client, draw: Draw, operator: User, supervisor: User
) -> None:
    place = reverse("draws:place", args=[draw.pk])
    login(client, operator)
    with time_machine.travel(THERE, tick=False):
        assert place in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
        page = client.get(place).content.decode()
        assert sign_in_code(draw, now=THERE) in page
        assert "还有 2 人未签到" in page
        assert Entry.objects.filter(action="draw.place", actor_id=operator.pk).count() == 1
        version = page.split("version=")[1].split('"')[0]
        assert client.get(place, {"version": version}).status_code == 204
        written_otherwise(draw.invitations.first(), signed_in_at=THERE)
        assert "还有 1 人未签到" in client.get(place, {"version": version}).content.decode()
    with time_machine.travel(OPENING - timedelta(hours=3), tick=False):
        page = client.get(place).content.decode()
        assert sign_in_code(draw, now=timezone.now()) not in page
    # Who supervises is there, too, and opens the page where the operator cannot; who only reads does not.
    login(client, supervisor)
    with time_machine.travel(THERE, tick=False):
        page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
        assert place in page
        # By whichever way he asks first.
        assert client.get(place, {"version": "x"}).status_code == 200
        assert client.get(place, {"version": "x"}).status_code == 200
        assert Entry.objects.filter(action="draw.place", actor_id=supervisor.pk).count() == 1
    assert login(client, make_user("auditor")).get(place).status_code == 403


def test_who_typed_too_many_wrong_codes_is_helped(
    client: Client, draw: Draw, operator: User
) -> None:
    line = draw.invitations.first()
    Invitation.objects.filter(pk=line.pk).update(sign_in_tries=20)
    with time_machine.travel(THERE, tick=False):
        page = client.get(link_of(line)).content.decode()
        assert "允许再填签到码" in page
        assert 'name="code"' not in page
        login(client, operator)
        address = reverse("draws:place_tries", args=[draw.pk])
        assert address in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
        assert client.post(address, {"reason": "已核对证件"}).status_code == 204
        assert client.post(address, {"reason": "已核对证件"}).status_code == 409
        client.logout()
        code = sign_in_code(draw, now=THERE)
        wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
        typed = f" {wide[:3]} {wide[3:]}"
        assert client.post(f"{link_of(line)}sign-in/", {"code": typed}).status_code == 302
