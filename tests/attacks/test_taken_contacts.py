"""User management tells few phones and mails of the pool to whoever manages accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.accounts.settings import TAKEN_PER_HOUR
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_phone
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
IN_POOL = "已登记在一位专家的档案中"


@pytest.fixture
def known() -> Expert:
    """Somebody in the pool."""
    return make_expert("王大为", phone=make_phone(), email="wang@example.cn")


@pytest.fixture
def manager() -> User:
    """He manages accounts, and sees nothing of the pool."""
    return make_user(roles=(make_role("accounts.users"),))


def enter(client: Client, **values: str) -> tuple[int, str]:
    answer = client.post("/users/new/", {"username": "somebody", "name": "甲"} | values)
    return answer.status_code, answer.content.decode()


def test_nothing_is_looked_up_beside_another_fault(known: Expert, manager: User) -> None:
    """With a name that is taken nothing is saved: 43 questions a second, without a trace."""
    client = login(Client(), manager)
    for contact in (
        {"phone": known.phone},
        {"phone": make_phone()},
        {"email": known.email},
        {"email": "nobody@example.cn"},
        {"phone": known.phone, "email": "@"},
    ):
        status, page = enter(client, username=manager.username, **contact)
        assert status == 422
        assert IN_POOL not in page
    assert not Entry.objects.filter(action="user.taken").exists()


def test_a_refusal_is_logged_without_the_number(known: Expert, manager: User) -> None:
    client = login(Client(), manager)
    for contact, label in (({"phone": known.phone}, "手机号"), ({"email": known.email}, "邮箱")):
        status, page = enter(client, **contact)
        assert status == 422
        assert IN_POOL in page
        entry = Entry.objects.filter(action="user.taken").latest("pk")
        assert (entry.actor, entry.note) == (manager, label)
        assert known.phone not in str(entry.__dict__)
    assert not User.objects.filter(username="somebody").exists()


@pytest.mark.parametrize("edits", [False, True])
def test_nobody_asks_without_end(known: Expert, manager: User, edits: bool) -> None:
    configure(TAKEN_PER_HOUR, 3)
    client = login(Client(), manager)
    other = make_user()

    def ask(**contact: str) -> str:
        if not edits:
            return enter(client, **contact)[1]
        form: Any = client.get(f"/users/{other.pk}/").context["form"]
        data = {name: form[name].value() or "" for name in form.fields} | contact
        return client.post(f"/users/{other.pk}/", data).content.decode()

    for contact in ({"phone": known.phone}, {"email": known.email}, {"phone": known.phone}):
        assert IN_POOL in ask(**contact)
    assert Entry.objects.filter(action="user.taken").count() == 3
    # From then on one that is taken and one that is not get the same answer.
    for contact in ({"phone": known.phone}, {"phone": make_phone()}, {"email": "n@example.cn"}):
        assert "已有 3 次与他人重复" in ask(**contact)
    # What asks nothing goes on.
    assert "与他人重复" not in ask(name="乙")
    assert User.objects.filter(name="乙").exists()
