"""Whoever arranges menus, or writes roles, shuts nobody out who watches, decides, objects or lets others back in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.exceptions import MenuRefused
from expertpool.accounts.models import RolePermission, User
from expertpool.accounts.services.menus import arrange_entry
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.core.arrangement import MENU_ARRANGEMENT, MENUS, Arrangement, Place
from expertpool.core.registry import MENU, MENU_GROUPS
from expertpool.notifications.models import Message
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.queries.matters import MATTERS
from tests.factories.accounts import built_in_roles, make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture(autouse=True)
def tuesday(time_machine: object) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]


def hide_all(actor: User) -> None:
    """Whatever the page refuses: the value as it would be if each entry were hidden from every role."""
    roles = tuple(sorted(built_in_roles()))
    arranged = Arrangement(places=tuple(Place(item.code, hidden_from=roles) for item in MENU))
    save_settings(
        group=MENUS,
        values={MENU_ARRANGEMENT.code: arranged},
        version=version_of(MENUS),
        actor=actor,
        now=NOW,
    )


def pages_of(user: User) -> list[str]:
    """The entries by which he decides or watches: those that are kept for him."""
    kept = [item for item in MENU if item.is_fixed and item.permissions]
    kept += [MENU[code] for code in ("projects", "draw_records")]
    return [one.address for one in kept if any(map(user.has_permission, codes(one.permissions)))]


def codes(named: tuple[object, ...]) -> list[str]:
    return [code for one in named for code in ((one,) if isinstance(one, str) else one())]  # type: ignore[operator]


@pytest.mark.parametrize("who", ["supervisor", "auditor", "admin"])
def test_nothing_that_is_hidden_closes_the_pages_of_who_watches(admin: User, who: str) -> None:
    user = make_user(who)
    client = login(Client(), user)
    hide_all(admin)
    found = {page: client.get(page).status_code for page in pages_of(User.objects.get(pk=user.pk))}
    assert len(found) > 8
    assert {page for page, status in found.items() if status != 200} == set()
    assert login(Client(), make_user("operator")).get("/experts/").status_code == 403


@pytest.mark.parametrize(
    ("code", "role"),
    [
        *(("two_person_requests", "supervisor"), ("draw_records", "supervisor")),
        *(("projects", "supervisor"), ("audit.entries", "auditor"), ("accounts.users", "admin")),
        *(("accounts.roles", "admin"), ("secondfactor", "admin"), ("siteconfig", "admin")),
    ],
)
def test_the_page_refuses_to_hide_them(admin: User, code: str, role: str) -> None:
    item = MENU[code]
    with pytest.raises(MenuRefused, match="隐藏"):
        arrange_entry(
            item=item,
            label="",
            group=MENU_GROUPS[item.group],
            hidden_from=[built_in_roles()[role]],
            actor=admin,
            now=NOW,
        )


def test_what_is_hidden_is_told_at_once_to_who_watches(
    admin: User, supervisor: User, auditor: User
) -> None:
    item = MENU["inspections"]
    group = MENU_GROUPS[item.group]
    for roles in ([built_in_roles()["auditor"]], []):
        arrange_entry(item=item, label="", group=group, hidden_from=roles, actor=admin, now=NOW)
    told = Message.objects.filter(occasion="access.taken", channel="site")
    assert {one.recipient for one in told} == {supervisor.name, auditor.name}
    assert "「专家年检」对「审计员」隐藏" in told[0].body


def strip(role_code: str, prefix: str, actor: User) -> None:
    role = built_in_roles()[role_code]
    rows = RolePermission.objects.filter(role=role).exclude(code__startswith=prefix)
    save_role(
        role=role,
        name=role.name,
        grants=[Grant(row.code, row.scope) for row in rows],
        levels={},
        actor=actor,
        now=timezone.now(),
    )


def test_rights_to_watch_that_a_role_loses_are_told_to_who_loses_them(
    admin: User, supervisor: User, auditor: User
) -> None:
    strip("supervisor", "draws.", admin)
    told = Message.objects.filter(occasion="access.taken", channel="site")
    assert {one.recipient for one in told} == {supervisor.name, auditor.name}
    assert "作废抽取" in told[0].body
    count = told.count()
    strip("supervisor", "directory.", admin)
    assert told.count() == count, "by what it allows nobody watches"


def test_who_loses_the_right_to_object_is_not_passed_over(admin: User, supervisor: User) -> None:
    """The objections of five minutes were over before anybody could give the right back."""
    matter = next(one for one in MATTERS if one.code == "draws.void")
    asked = matter.model(requested_at=NOW)
    assert matter.agreeable_at(asked) < NOW + timedelta(hours=1)
    strip("supervisor", "draws.", admin)
    assert matter.agreeable_at(asked) == NOW + timedelta(days=1)
    asked = matter.model(requested_at=NOW + timedelta(hours=23))
    assert matter.agreeable_at(asked) == NOW + timedelta(days=1)
    asked = matter.model(requested_at=NOW + timedelta(hours=25))
    assert matter.agreeable_at(asked) < NOW + timedelta(hours=26)
