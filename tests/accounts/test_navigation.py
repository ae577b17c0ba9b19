"""The side menu leads to all that a role may do, by two steps, and says where one is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from expertpool.core.menus import menu_for, owners_of
from expertpool.core.registry import MENU
from tests.architecture.url_roles import RULES
from tests.architecture.world import ROLES
from tests.factories.accounts import make_user
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-14")]

CURRENT = re.compile(r'<a class="side-link" href="([^"]*)" aria-current="page"')
# What belongs to no function: every page has it around it, or it is one's own account.
AROUND = (
    *(
        "core:",
        "portal:",
        "api:",
        "styleguide:",
        "accounts:login",
        "accounts:logout",
        "accounts:password",
        "reports:home",  # charts of the home page
    ),
    *("accounts:token_confirm", "accounts:token_decline"),  # 我的账号
    *("notifications:inbox", "notifications:message", "notifications:read_all"),  # the bell
    "notifications:wechat",
    "secondfactor:",  # 我的账号, and the page of sign-in
    "monitoring:beat",  # each page says that it is open
    "accounts:idle",  # and asks how long its reader stays signed in
    "files:",  # of whatever page has attachments
)
# To what another page leads, of which a role has no list.
LED_TO = {
    ("supervisor", "reviews:rule"),  # the page of a review
    ("expert", "experts:photo"),
    ("expert", "achievements:delete"),  # the page of what he has handed in
    ("expert", "joining:mine"),  # what he once applied by
}


def patterns(
    resolver: URLResolver | None = None, namespace: str = "", prefix: str = "/"
) -> Iterator[tuple[str, str]]:
    """Give the URL names with their addresses, a 1 in the place of each key."""
    for one in (resolver or get_resolver()).url_patterns:
        address = prefix + re.sub(r"<[^>]*>", "1", str(one.pattern))
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from patterns(one, inner, address)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{namespace}{one.name}", address


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_entry_opens_and_is_marked(role: str) -> None:
    user = make_user(role)
    client = login(Client(), user)
    for group, items in menu_for(user):
        for item in items:
            answer = client.get(item.address, follow=True)
            page = answer.content.decode()
            assert answer.status_code == 200, (role, item.code)
            if 'id="side"' not in page:  # an applicant's form, as strangers have it
                continue
            marked = [unescape(address) for address in CURRENT.findall(page)]
            assert marked == [item.address], (role, group.label, item.code)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_menu_reaches_every_page_of_a_role(role: str) -> None:
    """By the entry to which it belongs, or below whose page it lies."""
    mine = {item.code for _, items in menu_for(make_user(role)) for item in items}
    lost = [
        (name, address)
        for name, address in patterns()
        if name in RULES and not RULES[name].public and role in RULES[name].roles
        if not name.startswith(AROUND) and (role, name) not in LED_TO
        if not address.endswith(".json")  # what fields propose
        if not mine & {one.code for one in owners_of(name, address)}
    ]
    assert not lost, "\n".join(f"LOST {role} {name} {address}" for name, address in lost)


def test_each_page_belongs_to_an_entry_that_is_there() -> None:
    assert {one.code for name, address in patterns() for one in owners_of(name, address)} <= set(
        MENU.codes
    )
