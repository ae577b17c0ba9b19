"""Whatever is typed into any form, filter or address: no failure of ours, nothing absurd stored.

The pages come from the table of URLs, their fields from the pages themselves.
"""

from __future__ import annotations

import html
import json
import re
from copy import copy
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.architecture.forms import NOT_ASKED, PostedForm, faults_told, forms_of, read
from tests.architecture.url_roles import RULES
from tests.architecture.world import World, make_world
from tests.fixtures import login

# What is typed into every field that is typed into, all at once.
EXTREMES = ("0001-01-01", "9999-12-31 23:59", "9" * 20, "-5", "a\x07\u202eb\x00", "[" * 6000)
# What is sent for every field, also where something is chosen.
NO_CHOICE = "＠"
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
# What no reader is told: the name of a constraint of any app, or a sentence in English.
CONSTRAINT = re.compile(
    rf"\b({'|'.join(one.label for one in apps.get_app_configs())})_[a-z]+_[a-z_]+\b.{{0,9}}(违反|is viol)"
)
ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}")
# Nor where something is wrong a code, as of `invalid_choice` or a constraint's name alone.
CODE = re.compile(
    r"(?<![\w.:/@-])(?:[a-z]{3,}(?:_[a-z0-9]+)+|invalid|required|unique|blank|null)(?![\w.:/@-])",
    re.ASCII,
)
UNSEEN = re.compile(r"<(script|style|textarea|code|pre|svg)\b.*?</\1>", re.DOTALL)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(once: Any, media_once: None) -> World:
    with once():
        return make_world()


@dataclass(frozen=True)
class Address:
    """One that the administrator may ask: its page, where it has one, and the fields of its filters."""

    name: str
    url: str
    page: str
    filters: tuple[str, ...]


@pytest.fixture(scope="module")
def addresses(world: World, once: Any) -> list[Address]:
    """All of them, read once for all that is typed into them."""
    admin, found = world.users["admin"], []
    with once():
        client = login(Client(raise_request_exception=False), admin)
        for name, rule in RULES.items():
            if name in NOT_ASKED or rule.token or "admin" not in rule.roles:
                continue
            url = reverse(name, kwargs=rule.kwargs(world, admin))
            answer = read(client.get(url))
            is_page = answer.get("Content-Type", "").startswith("text/html")
            if answer.status_code != 200 or not is_page:
                found.append(Address(name, url, "", ()))
                continue
            form = (answer.context or {}).get("filter_form")
            found.append(
                Address(name, url, answer.content.decode(), tuple(form.fields if form else ()))
            )
    return found


@pytest.fixture(scope="module")
def forms(addresses: list[Address]) -> list[tuple[str, str, PostedForm]]:
    """Their forms, each with the page and the address it is sent to. What stands on each page, the end of the
    session or a search, is one form."""
    found = {}
    for one in addresses:
        for form in forms_of(one.page):
            to = form.address or one.url
            fields = tuple(sorted(form.typed)), tuple(sorted(form.values))
            found.setdefault((to, *fields), (one.name, to, form))
    return list(found.values())


def said(answer: HttpResponse) -> str:
    """What its reader sees of an ``answer``, element by element; nothing that was typed."""
    if answer.streaming:
        return ""
    text = answer.content.decode(errors="replace")
    return html.unescape(re.sub(r"<[^>]*>", "\n", UNSEEN.sub("", text)))


def odd_words(answer: HttpResponse) -> str:
    """What no reader is told, and stands in ``answer``."""
    told = said(answer)
    odd = CONSTRAINT.search(told) or ENGLISH.search(told)
    coded = [one for one in faults_told(answer) if CODE.search(one)]
    return " | ".join([*([odd[0]] if odd else []), *coded])


def test_a_code_is_seen_wherever_an_answer_says_what_is_wrong() -> None:
    toast = HttpResponse(headers={"HX-Trigger": json.dumps({"toast": {"message": "invalid"}})})
    shown = [
        '<p class="field-error"><svg><path d="m"/></svg><span>invalid_choice</span></p>',
        '<div class="notice tone-red"><p>没有保存：draws_cap_positive</p></div>',
        '<ul><li data-level="danger">required</li></ul>',
    ]
    for answer in [toast, *map(HttpResponse, shown)]:
        assert odd_words(answer) != ""
    fine = '<p class="field-error">请写网址，如 https://example.cn/a_b</p><p>invalid_choice</p>'
    assert odd_words(HttpResponse(fine)) == ""


@pytest.mark.parametrize("extreme", [*EXTREMES, NO_CHOICE], ids=range(len(EXTREMES) + 1))
def test_no_form_fails_or_stores_what_lies_outside(
    world: World, forms: list[tuple[str, str, PostedForm]], extreme: str
) -> None:
    client = login(Client(raise_request_exception=False), world.users["admin"])
    failed = []
    for name, address, form in forms:
        fields = form.values if extreme is NO_CHOICE else form.typed
        sent = form.values | {field: extreme for field in fields if field != "version"}
        cookies = copy(client.cookies)
        with transaction.atomic():
            answer = read(client.post(address, sent))
            # every bound of the database holds, also those that wait for the commit
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
        client.cookies = cookies
        odd = odd_words(answer)
        if answer.status_code >= 500 or odd:
            failed.append(f"{name}: {answer.status_code} ({address}) {odd}")
    assert failed == [], "\n".join(failed)
    assert len(forms) > 50


@pytest.mark.parametrize("extreme", RANGES, ids=range(len(RANGES)))
def test_no_filter_fails_or_finds_everybody(
    world: World, addresses: list[Address], extreme: str
) -> None:
    client = login(Client(raise_request_exception=False), world.users["admin"])
    failed, asked = [], 0
    for one in addresses:
        others = dict.fromkeys(NAMES, extreme)
        if read(client.get(one.url, others)).status_code >= 500:
            failed.append(f"{one.name}: {'/'.join(NAMES)}")
        for field in one.filters:
            answer = read(client.get(one.url, {field: extreme}))
            asked += 1
            if answer.status_code >= 500:
                failed.append(f"{one.name}: {field}: {answer.status_code}")
            elif answer.context["filter_form"].errors:
                page = answer.context.get("page")
                if page is not None and page.paginator.count:
                    failed.append(f"{one.name}: {field}: wrong, and finds rows")
    assert failed == [], "\n".join(failed)
    assert asked > 50
