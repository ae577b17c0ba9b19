"""Whoever forgot his password asks for the link himself, and nobody learns by it who exists."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services.forgotten import LINKS_OF_ONE, ask_link, send_link
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.settings import LINKS_PER_ADDRESS, LINKS_PER_HOUR
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import activate_account, open_account
from expertpool.experts.services.profile import update_expert
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert
from tests.factories.siteconfig import configure

OLD, NEW, PHONE = "Correct-horse-10", "Another-horse-11", "13812340007"
pytestmark = pytest.mark.django_db


@pytest.fixture
def wang() -> User:
    """An expert who has chosen a password."""
    ensure_demo_roles()
    with time_machine.travel(NOW - timedelta(days=30), tick=False):
        user = open_account(
            expert=make_expert("王小明", email="wang@example.cn", phone=PHONE),
            actor=None,
            now=NOW - timedelta(days=30),
        )
        activate_account(token=token(), password=OLD, now=NOW - timedelta(days=30))
    return User.objects.get(pk=user.pk)


def token() -> str:
    found = re.search(r"/activate/([^/\s]+)/", Message.objects.latest("pk").body)
    assert found
    return found[1]


def ask(identifier: str, *, address: str = "10.0.0.1", after: int = 0) -> int:
    """Ask ``after`` so many minutes; return what is kept of it."""
    now = NOW + timedelta(minutes=after)
    ask_link(identifier=identifier, address=address, device="", now=now)
    return LoginRecord.objects.latest("pk").pk


@pytest.mark.parametrize("typed", ["number", PHONE, "Wang@example.cn"])
@time_machine.travel(NOW, tick=False)
def test_the_link_goes_to_the_mail_on_file_and_the_old_password_holds_until_then(
    wang: User, typed: str
) -> None:
    User.objects.filter(pk=wang.pk).update(failed_logins=9, locked_until=NOW + timedelta(hours=1))
    asked = ask(wang.username if typed == "number" else typed)
    before = Message.objects.count()
    assert send_link(record_id=asked)
    send_link(record_id=asked)  # by a worker that was killed before it could say that it was done
    assert Message.objects.count() == before + 1
    assert Message.objects.latest("pk").address == "wang@example.cn"
    wang.refresh_from_db()
    assert wang.check_password(OLD)
    activate_account(token=token(), password=NEW, now=NOW)
    wang.refresh_from_db()
    assert wang.check_password(NEW)
    assert wang.locked_until is None
    assert Entry.objects.filter(action="user.ask_link", subject_id=wang.pk).exists()


@time_machine.travel(NOW, tick=False)
def test_the_page_says_the_same_of_anybody_and_nobody(wang: User) -> None:
    answers = set()
    for typed in (wang.username, "13900001111", "nobody@example.cn", "zhang"):
        client = Client()
        answer = client.post(reverse("accounts:forgotten"), {"identifier": typed})
        assert answer.status_code == 302
        page = client.get(answer["Location"]).content.decode()
        assert "已提交，请查收" in page
        answers.add((answer["Location"], "wang" in page))
    assert answers == {("/login/forgotten/?sent", False)}
    kept = LoginRecord.objects.filter(outcome=LoginOutcome.LINK_ASKED)
    assert [one.user for one in kept.order_by("pk")] == [wang, None, None, None]
    assert "忘记密码" in Client().get(reverse("accounts:login")).content.decode()


@time_machine.travel(NOW, tick=False)
def test_nobody_with_rights_in_the_office_nor_an_account_that_was_closed(wang: User) -> None:
    make_user("operator", phone="13800000002", email="op@example.cn")
    assert not send_link(record_id=ask("13800000002"))
    wang.roles.add(make_user("operator").roles.get())
    assert not send_link(record_id=ask(wang.username))
    wang.roles.set([role for role in wang.roles.all() if role.code == "expert"])
    User.objects.filter(pk=wang.pk).update(is_active=False)
    before = Message.objects.count()
    assert not send_link(record_id=ask(wang.username, after=2))
    assert Message.objects.count() == before


@time_machine.travel(NOW, tick=False)
def test_nor_to_a_mail_that_a_clerk_has_just_written(wang: User, admin: User) -> None:
    expert = Expert.objects.get(user=wang)
    update_expert(expert=expert, values={"email": "thief@example.com"}, actor=admin, now=NOW)
    before = list(Message.objects.values_list("pk", flat=True))
    send_link(record_id=ask(wang.username))
    assert {one.address for one in Message.objects.exclude(pk__in=before)} <= {PHONE}


@time_machine.travel(NOW, tick=False)
def test_few_in_an_hour_however_it_is_typed(wang: User) -> None:
    ask(wang.username)
    with pytest.raises(NotAllowed, match="1 分钟后"):
        ask(wang.username.lower(), address="10.0.0.2")
    for minute in range(2, 2 * LINKS_OF_ONE, 2):
        ask(wang.username, address=f"10.0.1.{minute}", after=minute)
    with pytest.raises(NotAllowed, match="1 小时后"):
        ask(wang.username, address="10.0.9.9", after=20)
    # By his phone it may be asked, but he is sent no more.
    assert not send_link(record_id=ask(PHONE, address="10.0.9.9", after=21))
    assert send_link(record_id=ask(PHONE, address="10.0.9.9", after=75))


@time_machine.travel(NOW, tick=False)
def test_one_address_uses_up_neither_its_own_hour_nor_that_of_all(admin: User) -> None:
    configure(LINKS_PER_ADDRESS, 3)
    configure(LINKS_PER_HOUR, 10)
    for at in range(3):
        ask(f"a{at}")
    with pytest.raises(NotAllowed, match="1 小时后"):
        ask("a9")
    for at in range(5):
        ask(f"b{at}", address=f"10.1.{at}.1")
    with pytest.raises(NotAllowed):
        ask("b1x", address="10.1.1.1")  # half is used: one of what is left for each
    ask("c", address="10.2.0.1")
