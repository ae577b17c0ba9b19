"""Whatever is typed into any form, filter or address: no failure of ours, nothing absurd stored.

The pages come from the table of URLs, their fields from the pages themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from expertpool.accounts.models import User
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
# They end the session, or the account whose session it is.
NOT_ASKED = {"accounts:logout", "accounts:password"}
CONSTRAINT = re.compile(
    r"\b(experts|projects|draws|directory|reports|accounts)_[a-z]+_[a-z_]+\b.{0,9}违反"
)
TYPED = {"text", "number", "date", "datetime-local", "search", "tel", "email", "hidden", ""}


class Forms(HTMLParser):
    """The forms of a page: the address and the fields with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], set[str]]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            address = given.get("hx-post") or given.get("action", "")
            if given.get("method", "").lower() == "post" or "hx-post" in given:
                self.forms.append((address, {}, set()))
            return
        name = given.get("name", "")
        if not self.forms or not (name or tag == "option"):
            return
        _, values, typed = self.forms[-1]
        if tag == "textarea":
            values[name] = ""
            typed.add(name)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and given.get("value"):
            values.setdefault(self.select, given["value"])
        elif tag == "input" and given.get("type", "") in TYPED:
            values[name] = given.get("value", "")
            typed.add(name)
        elif tag == "input" and ("checked" in given or name not in values):
            values[name] = given.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def read(answer: HttpResponse) -> HttpResponse:
    """A file that is sent is closed once it was read to its end."""
    if answer.streaming:
        list(answer)
    return answer


def pages(world: World, client: Client, user: User) -> Iterator[tuple[str, str, str]]:
    """Each address that the administrator opens by GET, with what it shows."""
    for name, rule in RULES.items():
        if name in NOT_ASKED or rule.token or "admin" not in rule.roles:
            continue
        url = reverse(name, kwargs=rule.kwargs(world, user))
        page = read(client.get(url))
        if page.status_code == 200 and page.get("Content-Type", "").startswith("text/html"):
            yield name, url, page.content.decode()


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
        found = Forms()
        found.feed(page)
        for address, values, typed in found.forms:
            sent = values | {field: extreme for field in typed if field != "version"}
            cookies = deepcopy(client.cookies)
            with transaction.atomic():
                answer = read(client.post(address or url, sent))
                # every bound of the database holds, also those that wait for the commit
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                transaction.set_rollback(True)
            client.cookies = cookies
            asked += 1
            told = answer.content.decode(errors="replace") if not answer.streaming else ""
            if answer.status_code >= 500 or CONSTRAINT.search(told):
                failed.append(f"{name}: {answer.status_code} ({address or url})")
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
