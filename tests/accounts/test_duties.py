"""三员分立: the three administrators are apart, by the services and by the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import HeldRole, Role, RolePermission, User
from expertpool.accounts.services.duties import (
    make_roles,
    officers,
    why_not_apart,
    why_not_together,
)
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.accounts.services.users import create_user, edit_user
from expertpool.accounts.settings import SEPARATION
from expertpool.core.permissions import PERMISSIONS, Duty
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10", "SYS-11")]


@pytest.fixture
def three(db: None) -> dict[str, User]:
    """An office whose three administrators are three people."""
    boss = make_user("admin")
    make_roles(actor=boss, now=timezone.now())
    found = {
        duty: make_user(username=f"{duty}-wang", roles=(Role.objects.get(code=f"three-{duty}"),))
        for duty in ("system", "security", "audit")
    }
    HeldRole.objects.filter(user=boss).delete()
    return found


@pytest.fixture
def apart(three: dict[str, User]) -> dict[str, User]:
    configure(SEPARATION, True)
    return three


def switch(actor: User, value: bool) -> None:
    save_settings(
        group=SEPARATION.group,
        values={SEPARATION.code: value},
        version=version_of(SEPARATION.group),
        actor=actor,
        now=timezone.now(),
    )


def roles_of(*codes: str) -> list[Role]:
    return list(Role.objects.filter(code__in=codes))


def test_the_three_have_no_business_and_each_right_is_somebodys(three: dict[str, User]) -> None:
    for code, user in three.items():
        assert {PERMISSIONS[one].duty for one in user.grants} == {Duty(code)}
    assert not any(user.has_permission("draws.run") for user in three.values())
    assert why_not_apart() == ""


def test_it_is_not_switched_on_while_somebody_has_two(admin: User) -> None:
    with pytest.raises(SettingsRefused) as refused:
        switch(admin, True)
    assert admin.username in str(refused.value), "who stands against it is named"
    assert "三员分立" in login(Client(), admin).get("/duties/").content.decode()


def test_it_is_not_switched_on_while_one_is_nobody(three: dict[str, User]) -> None:
    HeldRole.objects.filter(user=three["audit"]).delete()
    with pytest.raises(SettingsRefused, match="审计管理"):
        switch(three["system"], True)
    HeldRole.objects.create(user=three["audit"], role=roles_of("three-audit")[0])
    switch(three["system"], True)


@pytest.mark.parametrize("other", ["three-security", "operator", "auditor"])
def test_nobody_gets_a_second_one(apart: dict[str, User], other: str) -> None:
    user, security = apart["system"], apart["security"]
    same = {name: getattr(user, name) for name in ("name", "phone", "email", "department")}
    make_user("operator")  # makes the usual roles
    both = roles_of("three-system", other)
    assert len(both) == 2
    with pytest.raises(NotAllowed, match="三员分立"):
        edit_user(user=user, **same, roles=both, actor=security, now=timezone.now())
    assert why_not_together(both, now=timezone.now()), "by a table neither"
    with pytest.raises(NotAllowed, match="三员分立"):
        create_user(username="both", name="甲", roles=both, actor=None, now=timezone.now())
    assert not User.objects.filter(username="both").exists()
    # Nor by SQL, nor by what forgets to ask.
    with pytest.raises(IntegrityError), transaction.atomic():
        HeldRole.objects.create(user=user, role=Role.objects.get(code=other))
    with pytest.raises(IntegrityError), transaction.atomic():
        RolePermission.objects.create(role=roles_of("three-system")[0], code="draws.run")


def test_no_role_becomes_two(apart: dict[str, User]) -> None:
    role = roles_of("three-system")[0]
    grants = [Grant(one) for one in ("accounts.users", "audit.view")]
    with pytest.raises(NotAllowed, match="三员分立"):
        save_role(
            role=role,
            name=role.name,
            grants=grants,
            levels={},
            actor=apart["security"],
            now=timezone.now(),
        )


def test_the_database_refuses_to_switch_on_over_somebody_who_has_two(admin: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        configure(SEPARATION, True)


def test_business_goes_on_as_before(apart: dict[str, User]) -> None:
    user, _ = create_user(
        username="clerk",
        name="甲",
        roles=[],
        actor=apart["system"],
        now=timezone.now(),
    )
    make_user("operator")
    same = {name: getattr(user, name) for name in ("name", "phone", "email", "department")}
    roles = roles_of("operator", "finance")
    edit_user(user=user, **same, roles=roles, actor=apart["security"], now=timezone.now())
    assert set(user.roles.all()) == set(roles)
    assert {one.user for one in officers()} == set(apart.values())


def version_on(page: str) -> str:
    return page.split('name="version" value="')[1].split('"', maxsplit=1)[0]


def test_security_gives_roles_and_opens_nothing(apart: dict[str, User]) -> None:
    make_user("operator")
    user = make_user(username="clerk", name="陈新人")
    client = login(Client(), apart["security"])
    assert "陈新人" in client.get("/users/").content.decode()
    version = version_on(client.get(f"/users/{user.pk}/").content.decode())
    role = Role.objects.get(code="operator")
    sent = {"roles": role.pk, "name": "陈新人", "version": version}
    assert client.post(f"/users/{user.pk}/", sent).status_code == 204
    assert list(User.objects.get(pk=user.pk).roles.all()) == [role]
    assert client.get("/users/new/").status_code == 403
    assert client.get("/users/import/").status_code == 403


# Of a clerk who may do more than whoever opened his account (docs/decisions/0657).
ACTS = {
    "reset": ("security", "/users/{pk}/reset/", {}, 200),
    "enable": ("security", "/users/{pk}/enable/", {}, 204),
    "end sessions": ("security", "/users/{pk}/sessions/end/", {"reason": "电脑丢失"}, 204),
    "unlock": ("system", "/users/{pk}/unlock/", {}, 204),
    "disable": ("system", "/users/{pk}/disable/", {"reason": "离职手续已办"}, 204),
    "blacklist": ("system", "/users/{pk}/blacklist/", {"reason": "伪造证明"}, 204),
    "unblacklist": ("security", "/users/{pk}/unblacklist/", {"reason": "已查清"}, 204),
}


@pytest.mark.parametrize("act", ACTS)
def test_each_act_on_a_clerks_account_is_one_of_the_threes(
    apart: dict[str, User], act: str
) -> None:
    whose, url, sent, done = ACTS[act]
    blacklisted_at = timezone.now() if act == "unblacklist" else None
    is_active = act not in ("enable", "unblacklist")
    clerk = make_user("operator", is_active=is_active, blacklisted_at=blacklisted_at)
    answers = {
        duty: login(Client(), user).post(url.format(pk=clerk.pk), sent).status_code
        for duty, user in sorted(apart.items(), key=lambda one: one[0] == whose)
    }
    assert answers.pop(whose) == done
    assert len(answers) == 2
    assert set(answers.values()) <= {403, 404, 409, 422}


def test_a_clerk_who_forgot_his_password_and_married_works_on(apart: dict[str, User]) -> None:
    clerk = make_user("operator", username="clerk", name="陈新人")
    typed = {"name": "陈改名", "phone": "13900001111", "email": "chen@example.com"}
    for duty, taken in (("audit", 403), ("system", 422), ("security", 204)):
        client, url = login(Client(), apart[duty]), f"/users/{clerk.pk}/"
        page = client.get(url)
        sent = typed | {"roles": [one.pk for one in clerk.roles.all()]}
        if page.status_code == 200:
            sent |= {"version": version_on(page.content.decode())}
        assert client.post(url, sent).status_code == taken, duty
    clerk.refresh_from_db()
    assert (clerk.name, clerk.phone, clerk.email) == tuple(typed.values())
    assert "重置密码" in client.get("/users/").content.decode()
    password = client.post(f"/users/{clerk.pk}/reset/").context["password"]
    signed_in = Client().post("/login/", {"identifier": "clerk", "password": password})
    assert signed_in.status_code == 302
    # He is told, as of every act on an account.
    assert Message.objects.filter(recipient_key=recipient_key(clerk.username)).count() >= 2


def test_taking_it_back_counts_a_day_later_and_is_told(three: dict[str, User]) -> None:
    switch(three["system"], True)
    switch(three["system"], False)
    assert Message.objects.exists()
    assert why_not_together(roles_of("three-system", "three-audit"), now=timezone.now())
    later = timezone.now() + timedelta(days=1, minutes=1)
    assert not why_not_together(roles_of("three-system", "three-audit"), now=later)
