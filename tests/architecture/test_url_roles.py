"""Every URL answers each role as the table says; the list of URLs comes from the resolver.

Here the expert, whose own rows the URLs name, and who has not signed in; how the other roles are answered is looked
at where all of it is opened by them anyway, beside a draw that is sealed (`test_sealed_names.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.registry import NARROW_PAGES, PUBLIC_PAGES
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.status import freeze_expert
from tests.architecture.public_html import faults
from tests.architecture.url_roles import RULES, Rule, furnish
from tests.architecture.world import World, make_world
from tests.fixtures import login

OWNER = "expert"


def url_names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            if pattern.namespace != "styleguide":  # samples for developers
                yield from url_names(pattern, inner)
        else:
            yield f"{namespace}{pattern.name}"


def ask(client: Client, url: str, *, post: bool = False) -> HttpResponse:
    """Ask by GET, by an empty POST or PUT where that is not allowed; whatever it does is undone."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        response = client.post(url) if post else client.get(url)
        for send in (client.post, client.put):
            if response.status_code == 405:
                response = send(url)
        if response.streaming:
            # To its end, so that its file is closed; what it says is still there for whoever looks.
            response.streaming_content = [b"".join(response)]
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def verdict(response: HttpResponse) -> str:
    status = response.status_code
    if status >= 500:
        return f"failed with {status}"
    if status in {401, 403, 404}:
        return f"refused with {status}"
    if status == 302 and response["Location"].startswith(f"{resolve_url('accounts:login')}?next="):
        return "sent to sign in"
    return "let in"


def complaints(name: str, rule: Rule, role: str, response: HttpResponse, url: str) -> Iterator[str]:
    """Where the table says something else of the ``response`` to a ``role``."""
    found = verdict(response)
    if rule.token:
        expected = "refused with 401"
    elif role == "anonymous":
        expected = "let in" if rule.public else "sent to sign in"
    else:
        expected = "let in" if role in rule.roles else "refused"
    if not found.startswith(expected):
        yield f"{name}: {role} should be {expected}, was {found} ({url})"


def test_every_url_is_in_the_table() -> None:
    assert sorted(set(url_names()) - RULES.keys()) == [], "has no rule"
    assert sorted(RULES.keys() - set(url_names())) == [], "is no URL"


@pytest.fixture(scope="module")
def world(once: Any, media_once: None) -> World:
    with once():
        return furnish(make_world())


@pytest.mark.shows("SYS-06", "SYS-11")
@pytest.mark.django_db
@pytest.mark.parametrize("role", [OWNER, "anonymous"])
def test_each_role_opens_what_the_table_says(role: str, world: World) -> None:
    client = Client(raise_request_exception=False)
    user = world.users[OWNER]  # whose rows the URLs name
    if role != "anonymous":
        login(client, user)
    found: list[str] = []
    for name, rule in RULES.items():
        url = reverse(name, kwargs=rule.kwargs(world, user))
        found += complaints(name, rule, role, ask(client, url), url)
    assert found == [], "\n".join(found)


# Public pages that are somebody's own, by a link that he was sent: described to nobody.
PERSONAL = {
    *("joining:consent", "joining:register", "joining:code", "joining:by_link"),
    *("experts:appeal", "experts:activate", "notices:link", "notices:link_file"),
    *("selfservice:reply", "selfservice:reply_sign_in", "selfservice:reply_leave"),
    *("selfservice:reply_calendar", "selfservice:reply_file"),
    *("draws:verify_compare", "notifications:outbox", "reports:wall_by_token"),
}


@pytest.mark.shows("OPS-06")
@pytest.mark.django_db
def test_public_pages_are_valid_and_say_what_they_are(world: World) -> None:
    client, found, seen = Client(), [], set()
    for name, rule in RULES.items():
        if not rule.public:
            continue
        url = reverse(name, kwargs=rule.kwargs(world, world.users["expert"]))
        response = ask(client, url)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.status_code == 200 and is_page:
            seen.add(name)
            found += [f"{name}: {fault}" for fault in faults(name, response)]
    assert found == [], "\n".join(found)
    assert seen - PERSONAL <= {page.code for page in PUBLIC_PAGES}
    assert {"accounts:login", "draws:verify", "draws:verify_draw", "workflow:notice"} <= seen


# All that is left to an expert who is frozen or on the blacklist, beside what is for anybody.
LEFT = {
    *("portal:home", "core:signed_in", "core:watermark", "accounts:logout", "accounts:password"),
    "accounts:idle",
    *("notifications:inbox", "notifications:message", "notifications:read_all"),
    *("selfservice:reviews", "selfservice:review", "selfservice:review_answer"),
    *("selfservice:review_leave", "selfservice:review_sign_in", "selfservice:review_calendar"),
    *("evaluations:own", "evaluations:own_rate", "evaluations:own_rating", "changes:own_data"),
    "privacy:own",
    *("privacy:ask", "privacy:consent"),
    "evaluations:own_caution",
    *("secondfactor:own", "secondfactor:codes", "secondfactor:passkey_options"),
    *("secondfactor:passkey_add", "secondfactor:passkey_remove"),
    *("notices:own", "notices:own_detail", "notices:confirm"),
    *("inspections:own", "inspections:fill", "inspections:draft"),
    *("fees:own", "fees:own_fee", "fees:own_letter", "fees:own_account"),
    "fees:own_statement",
    *("files:subject", "files:download", "files:preview", "files:content", "files:remove"),
}


@pytest.mark.shows("EXP-34", "EXP-52", "SYS-06")
@pytest.mark.django_db
@pytest.mark.parametrize("put_out", [freeze_expert, add_to_blacklist])
def test_who_is_out_of_the_pool_opens_what_is_left_to_him(put_out: Any, world: World) -> None:
    # Read anew: the others of this module sign him in as he stands in ``world``.
    user = User.objects.get(pk=world.users["expert"].pk)
    client = Client(raise_request_exception=False)
    # Of a member: what nobody opens for who is out stands since then.
    urls = {name: reverse(name, kwargs=rule.kwargs(world, user)) for name, rule in RULES.items()}
    member = Expert.objects.get(pk=world.expert.pk)
    put_out(expert=member, reason="核查", actor=world.users["admin"], now=timezone.now())
    user.refresh_from_db()
    login(client, user)
    assert {page.code for page in NARROW_PAGES} == LEFT
    found: list[str] = []
    for name, rule in RULES.items():
        # The files of a review to which he does not come are shut behind its link, too, and the address of
        # his calendar with all else that is read in his name (docs/decisions/0617).
        shut = ("selfservice:reply_file", "selfservice:feed")
        is_open = rule.public and name not in shut
        left = name in LEFT or is_open or rule.token
        mine = rule if left else Rule(frozenset(), rule.kwargs)
        found += complaints(name, mine, "expert", ask(client, urls[name]), urls[name])
    assert found == [], "\n".join(found)
