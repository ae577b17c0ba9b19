"""Whoever has every right there is, but for another department, opens nothing that is others': no URL that names
something, nothing by the interface."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RolePermission, User
from expertpool.core.permissions import PERMISSIONS
from tests.architecture.test_url_roles import OWNER, ask, verdict
from tests.architecture.url_roles import RULES, furnish
from tests.architecture.world import World, make_world
from tests.factories.accounts import make_department, make_token, make_user
from tests.fixtures import login

# What belongs to the office and not to a department, or names nothing of anybody's.
OF_THE_OFFICE = {
    "core:saved_add",  # names a list; what is kept is his who asks
    "portal:session_end",  # in words, whether there is such a session or none
    "portal:phone_confirm",
    "experts:assign_employer",  # a unit; of its experts those in scope
    # A group and a round for all; what of others' is in them is not seen, and in the way (docs/decisions/0658).
    *("experts:tag_edit", "experts:tag_delete"),
    *(
        "inspections:round",
        "inspections:remind",
        "inspections:pass_many",
        "inspections:return_many",
    ),
    *("reviews:rule", "reviews:rule_trial", "fees:rate_versions"),
    "draws:template_delete",  # one that all may use: refused in words to who did not make it
}


UNREAD = (400, 422)


@pytest.fixture(scope="module")
def world(once: Any, media_once: None) -> World:
    with once():
        return furnish(make_world())


def clerk_of(scope: Scope) -> User:
    """Somebody of a department of which the world knows nothing, who may do everything within ``scope``."""
    role = Role.objects.create(code=f"all-{scope}", name=f"全部权限（{scope.label}）")
    codes = [one.code for one in PERMISSIONS if one.scoped]
    RolePermission.objects.bulk_create(
        RolePermission(role=role, code=code, scope=scope) for code in codes
    )
    return make_user(roles=(role,), department=make_department("设备管理部"))


def answers(user: User, world: World) -> Iterator[tuple[str, str]]:
    """Ask as ``user``, with a session or a token, for everything that URLs name; how each answers, by its name. What
    the interface refuses for its content, before it looks for anything, says nothing of the scope."""
    session = login(Client(raise_request_exception=False), user)
    bearer = {"Authorization": f"Bearer {make_token(user).text}"}
    caller = Client(raise_request_exception=False, headers=bearer)
    for name, rule in RULES.items():
        if rule.public:
            continue
        with transaction.atomic():
            owner = world.users[OWNER if OWNER in rule.roles else min(rule.roles, default=OWNER)]
            if kwargs := rule.kwargs(world, owner):
                answer = ask(caller if rule.token else session, reverse(name, kwargs=kwargs))
                if not (rule.token and answer.status_code in UNREAD):
                    yield name, f"{verdict(answer)} ({answer.status_code})"
            transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.shows("EXP-40", "EXP-47", "SYS-11")
@pytest.mark.django_db
def test_nobody_opens_what_is_out_of_his_scope(world: World) -> None:
    said = dict(answers(clerk_of(Scope.DEPARTMENT), world))
    opened = {name for name, one in said.items() if not one.startswith("refused")}
    others = sorted(f"{name}: {said[name]}" for name in opened - OF_THE_OFFICE)
    assert others == [], "\n".join(others)


@pytest.mark.long
@pytest.mark.django_db
def test_the_same_rights_open_it_to_who_has_them_everywhere(world: World) -> None:
    """Negative control: it is the scope that refuses."""
    said = answers(clerk_of(Scope.ALL), world)
    opened = {name for name, one in said if one.startswith("let in")}
    assert opened >= OF_THE_OFFICE
    assert len(opened - OF_THE_OFFICE) > 200
