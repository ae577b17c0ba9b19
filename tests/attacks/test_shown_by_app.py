"""Whose account others changed shows by an authenticator of before that it is he, and by no other one
(docs/decisions/0113)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import _totp, as_text, prove_by_app, set_up
from expertpool.accounts.services.passwords import reset_password
from expertpool.accounts.services.users import edit_user
from expertpool.audit.models import Entry
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.models import VoidRequest
from expertpool.draws.services.voiding import decide_void, request_void
from tests.factories.accounts import PASSWORD, change, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
APP = as_text(bytes(range(20)))


@pytest.fixture
def asked(operator: User) -> VoidRequest:
    make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1)
    return request_void(draw=draw, reason="回避单位漏填", actor=operator, now=NOW)


def agree(asked: VoidRequest, actor: User, **when: Any) -> None:
    decide_void(request=asked, agree=True, note="", actor=actor, now=NOW + timedelta(**when))


def refuses(asked: VoidRequest, actor: User, words: str, **when: Any) -> None:
    with pytest.raises(VoidRefused, match=words):
        agree(asked, actor, **when)


def taken(user: User, *, by: User, **when: Any) -> User:
    """``user``, whose password ``by`` has reset, and who has signed in by it and chosen another."""
    reset_password(user=user, actor=by, now=NOW + timedelta(**when))
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    return User.objects.get(pk=user.pk)


def with_app(user: User, at: datetime) -> User:
    set_up(user=user, secret=APP, password=PASSWORD, code=code_at(at), now=at)
    return User.objects.get(pk=user.pk)


def code_at(at: datetime) -> str:
    return _totp(APP).generate(int(at.timestamp())).decode()


def prove(user: User, at: datetime) -> None:
    prove_by_app(user=user, code=code_at(at), now=at)


def test_who_was_let_in_again_shows_by_an_authenticator_of_before_that_it_is_he(
    asked: VoidRequest, admin: User
) -> None:
    """Also where the number was changed, so that the phone shows nothing."""
    supervisor = with_app(make_user("supervisor", phone="13812340001"), NOW - timedelta(days=1))
    values = {"email": "", "department": None, "name": supervisor.name, "actor": admin, "now": NOW}
    edit_user(user=supervisor, phone="13912340002", **values)  # type: ignore[arg-type]
    change(User.objects.filter(pk=supervisor.pk), phone_verified_at=NOW + timedelta(minutes=2))
    refuses(asked, User.objects.get(pk=supervisor.pk), "此前已设置的验证器", minutes=3)
    prove(supervisor, NOW + timedelta(minutes=4))
    agree(asked, User.objects.get(pk=supervisor.pk), minutes=6)


def test_nor_does_one_show_it_that_whoever_took_the_account_set_up(
    asked: VoidRequest, admin: User, supervisor: User
) -> None:
    supervisor = taken(supervisor, by=admin)
    supervisor.set_password(PASSWORD)
    supervisor.save()
    supervisor = with_app(supervisor, NOW + timedelta(minutes=1))
    taken(supervisor, by=admin, minutes=2)
    prove(User.objects.get(pk=supervisor.pk), NOW + timedelta(minutes=4))
    refuses(asked, User.objects.get(pk=supervisor.pk), "重置过密码", minutes=6)


def test_the_page_takes_a_code_and_notes_who_guesses(client: Client) -> None:
    user = with_app(make_user("supervisor"), NOW - timedelta(days=1))
    with time_machine.travel(NOW, tick=False):
        login(client, user)
        assert "用验证器验证本人" in client.get("/account/").content.decode()
        answer = client.post("/account/app/prove/", {"code": code_at(NOW)})
        assert answer.status_code in (200, 204)
        assert Entry.objects.filter(action="user.verify_app").count() == 1
        for _ in range(20):
            client.post("/account/app/prove/", {"code": "000000"})
    assert Entry.objects.filter(action="user.verify_app").count() == 1
    assert Entry.objects.filter(action="user.lock").exists()


def test_nor_one_whose_last_code_a_row_says(asked: VoidRequest, admin: User) -> None:
    supervisor = with_app(make_user("supervisor"), NOW - timedelta(days=1))
    supervisor = taken(supervisor, by=admin)
    step = int((NOW + timedelta(minutes=3)).timestamp()) // 30
    User.objects.filter(pk=supervisor.pk).update(app_step=step)
    refuses(asked, User.objects.get(pk=supervisor.pk), "重置过密码", minutes=6)
    # Nor does a code of his vouch for what somebody else wrote.
    User.objects.filter(pk=supervisor.pk).update(app_step=None)
    prove(User.objects.get(pk=supervisor.pk), NOW + timedelta(minutes=4))
    refuses(asked, User.objects.get(pk=supervisor.pk), "重置过密码", minutes=6)
