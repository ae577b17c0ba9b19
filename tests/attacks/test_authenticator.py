"""A second person tells what his authenticator shows: it says who, once, and is not to be guessed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.exceptions import TooManyAttempts
from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import (
    _totp,
    as_text,
    has_app,
    set_up,
    take_away,
    takes_code,
)
from expertpool.audit.models import Entry
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import VoidRequest
from expertpool.draws.services.voiding import request_void
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.models import Message
from expertpool.workflow.enums import Proof
from expertpool.workflow.services.codes import agree_by_app
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0, 10))  # noqa: DTZ001
SECRET = as_text(bytes(range(20)))


def shown(now: datetime, secret: str = SECRET) -> str:
    """What the app shows."""
    return _totp(secret).generate(int(now.timestamp())).decode()


def spaced(code: str) -> str:
    """Return a code as applications show it."""
    return f"{code[:3]} {code[3:]}"


@pytest.fixture
def second() -> User:
    user = make_user("supervisor", name="周监督")
    before = NOW - timedelta(days=1)
    set_up(user=user, secret=SECRET, password=PASSWORD, code=shown(before), now=before)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def asked(operator: User) -> VoidRequest:
    for _ in range(2):
        make_expert()
    draw = make_draw(now=NOW, seats=1, operator=operator, opens_in_hours=400)
    return request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)


def agree(asked: VoidRequest, person: User, code: str, now: datetime = NOW) -> User:
    return agree_by_app(asked, person_id=person.pk, code=code, asker=asked.requested_by, now=now)


def test_it_is_set_up_by_its_first_code_and_taken_away_by_the_password(
    client: Client, supervisor: User
) -> None:
    login(client, supervisor)
    with time_machine.travel(NOW, tick=False) as clock:
        page = client.get("/account/app/").content.decode()
        secret = re.findall(r"手工输入：([A-Z2-7 ]+)<", page)[0].replace(" ", "")
        token = re.findall(r'name="secret" value="([^"]+)"', page)[0]
        form = {"secret": token, "password": PASSWORD, "code": shown(NOW, secret)}
        for wrong in ({"code": "000000"}, {"password": "nicht"}, {"secret": "forged"}):
            assert client.post("/account/app/", form | wrong).status_code == 422
            assert not has_app(User.objects.get(pk=supervisor.pk))
        assert client.post("/account/app/", form).status_code == 204
        supervisor.refresh_from_db()
        assert has_app(supervisor)
        assert "已设置" in client.get("/account/").content.decode()
        # Its first code is used up by that.
        assert not takes_code(supervisor, shown(NOW, secret), now=NOW)
        clock.shift(timedelta(minutes=1))
        assert client.post("/account/app/remove/", {"password": "nicht"}).status_code == 422
        assert client.post("/account/app/remove/", {"password": PASSWORD}).status_code == 204
    assert not has_app(User.objects.get(pk=supervisor.pk))
    actions = {"user.set_up_app", "user.take_away_app"}
    assert set(Entry.objects.filter(action__in=actions).values_list("action", flat=True)) == actions


def test_the_secret_of_one_is_nothing_in_the_row_of_another(second: User) -> None:
    other = make_user("supervisor")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user AS one SET app_secret = two.app_secret, app_set_up_at = now()"
            " FROM accounts_user AS two WHERE one.id = %s AND two.id = %s",
            [other.pk, second.pk],
        )
    other = User.objects.get(pk=other.pk)
    assert not has_app(other)
    assert not takes_code(other, shown(NOW), now=NOW)


def test_a_code_counts_once_and_for_a_minute(second: User) -> None:
    assert not takes_code(second, shown(NOW - timedelta(minutes=2)), now=NOW)
    assert not takes_code(second, shown(NOW + timedelta(minutes=2)), now=NOW)
    assert takes_code(second, shown(NOW - timedelta(seconds=30)), now=NOW)
    assert takes_code(second, shown(NOW), now=NOW)
    for used in (NOW, NOW - timedelta(seconds=30)):
        assert not takes_code(second, shown(used), now=NOW)


def test_guessing_takes_ever_longer(second: User) -> None:
    tried = 0
    for seconds in range(0, 24 * 3600, 60):
        now = NOW + timedelta(seconds=seconds)
        try:
            assert not takes_code(second, "000000", now=now) or shown(now) == "000000"
            tried += 1
        except TooManyAttempts:
            pass
    assert tried < 150  # of a million, in a day


def test_a_second_person_agrees_by_what_it_shows(
    client: Client, operator: User, second: User, asked: VoidRequest, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        SmsChannel, "transport", lambda self: None
    )  # no way reaches him, and none is needed
    address = reverse("workflow:request_code", args=["draws.void", asked.pk])
    with time_machine.travel(NOW, tick=False):
        login(client, operator)
        assert "周监督（验证器）" in client.get(address).content.decode()
        # Who is here may tell them instead of typing his password.
        here = reverse("workflow:request_confirm", args=["draws.void", asked.pk])
        assert f'"{address}?again=1"' in client.get(here).content.decode()
        form = {"step": "choose", "person": second.pk}
        assert client.post(address, form | {"shown": "000000"}).status_code == 422
        assert client.post(address, form | {"shown": spaced(shown(NOW))}).status_code == 204
    asked.refresh_from_db()
    assert (asked.decided_by, asked.agreed, asked.proof) == (second, True, Proof.APP)
    assert Entry.objects.filter(action="request.by_app", actor=second).count() == 1
    # It says who, not to what: he is told.
    told = [one for one in Message.objects.all() if one.occasion == "request.agreed"]
    assert any(one.recipient == second.name and "验证器确认" in one.body for one in told)


def test_not_by_the_app_of_who_may_not(asked: VoidRequest, second: User) -> None:
    fresh = make_user("supervisor", created_at=NOW)
    set_up(user=fresh, secret=SECRET, password=PASSWORD, code=shown(NOW), now=NOW)
    later = NOW + timedelta(minutes=2)
    for nobody in (fresh, asked.requested_by, make_user("auditor")):
        with pytest.raises(DrawError, match="不能确认"):
            agree(asked, nobody, shown(later), later)
    take_away(user=second, password=PASSWORD, now=NOW)
    with pytest.raises(DrawError, match=r"不能确认|数字不对"):
        agree(asked, second, shown(later), later)
