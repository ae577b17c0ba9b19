"""Whatever is typed into any form, filter or address: no failure of ours, nothing absurd stored.

The pages come from the table of URLs, their fields from the pages themselves.
"""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.architecture.forms import NOT_ASKED, forms_of, pages, read
from tests.architecture.url_roles import RULES
from tests.architecture.world import World, make_world
from tests.fixtures import login

# What is typed into every field that is typed into, all at once.
EXTREMES = ("0001-01-01", "9999-12-31 23:59", "9" * 20, "-5", "a\x07\u202eb\x00", "[" * 6000)
RANGES = ("0001-01-01 至 9999-12-31", "9" * 400, "'\"<%00\x00")
# What else stands in addresses.
NAMES = (
    "q",
    "tab",
    "sort",
    "page",
    "size",
    "version",
    "scheme",
    "parent",
    "open",
    "number",
    "kind",
)
CONSTRAINT = re.compile(
    r"\b(experts|projects|draws|directory|reports|accounts)_[a-z]+_[a-z_]+\b.{0,9}违反"
)


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def test_no_select_shows_dashes(world: World) -> None:
    admin = world.users["admin"]
    client = login(Client(), admin)
    empty = re.compile(r'<option value=""[^>]*>\s*(-+|—|－)?\s*</option>')
    assert [name for name, _, page in pages(world, client, admin) if empty.search(page)] == []


@pytest.mark.parametrize("extreme", EXTREMES, ids=range(len(EXTREMES)))
def test_no_form_fails_or_stores_what_lies_outside(world: World, extreme: str) -> None:
    admin = world.users["admin"]
    client = login(Client(raise_request_exception=False), admin)
    failed, asked = [], 0
    for name, url, page in list(pages(world, client, admin)):
        for form in forms_of(page):
            sent = form.values | {field: extreme for field in form.typed if field != "version"}
            cookies = deepcopy(client.cookies)
            with transaction.atomic():
                answer = read(client.post(form.address or url, sent))
                # every bound of the database holds, also those that wait for the commit
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                transaction.set_rollback(True)
            client.cookies = cookies
            asked += 1
            told = answer.content.decode(errors="replace") if not answer.streaming else ""
            if answer.status_code >= 500 or CONSTRAINT.search(told):
                failed.append(f"{name}: {answer.status_code} ({form.address or url})")
    assert failed == [], "\n".join(failed)
    assert asked > 50


@pytest.mark.parametrize("extreme", RANGES, ids=range(len(RANGES)))
def test_no_filter_fails_or_finds_everybody(world: World, extreme: str) -> None:
    admin = world.users["admin"]
    client = login(Client(raise_request_exception=False), admin)
    failed, asked = [], 0
    for name, rule in RULES.items():
        if name in NOT_ASKED or rule.token or "admin" not in rule.roles:
            continue
        url = reverse(name, kwargs=rule.kwargs(world, admin))
        page = read(client.get(url))
        form = (page.context or {}).get("filter_form") if page.status_code == 200 else None
        fields = form.fields if form is not None else ()
        others = dict.fromkeys(NAMES, extreme)
        if read(client.get(url, others)).status_code >= 500:
            failed.append(f"{name}: {'/'.join(NAMES)}")
        for field in fields:
            answer = read(client.get(url, {field: extreme}))
            asked += 1
            if answer.status_code >= 500:
                failed.append(f"{name}: {field}: {answer.status_code}")
            elif field in fields and answer.context["filter_form"].errors:
                page = answer.context.get("page")
                if page is not None and page.paginator.count:
                    failed.append(f"{name}: {field}: wrong, and finds rows")
    assert failed == [], "\n".join(failed)
    assert asked > 50
