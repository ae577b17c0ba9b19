"""No page of the demonstration asks the database for its rows one by one, whatever the page is made with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve

from expertpool.accounts.models import User
from expertpool.draws.settings import QUIET_HOURS
from expertpool.portal.services.demo import STAGES
from tests.factories.siteconfig import configure
from tests.fixtures import login

# For each of so many different things one page may ask the same: the conditions of a plan, say.
MOST = 5
ADDRESS = re.compile(r'(?:href|hx-get|data-drawer|data-url)="(/[^"#]*)"')
APART = {"manuals", "styleguide"}  # texts, and samples for developers


@pytest.mark.long
@pytest.mark.django_db
def test_no_page_asks_for_its_rows_one_by_one(media_once: None) -> None:
    for stage in STAGES:
        call_command("seed_demo", "--stage", stage, stdout=StringIO())
    configure(QUIET_HOURS, None)
    client = login(Client(), User.objects.get(username="admin"))
    seen, found = set(), []
    for url, statements in pages(client):
        seen.add(kind_of(url))
        found += [
            f"{url} {len(values)}: {words[:160]} … {words[-300:]}"
            for words, values in statements.items()
            if len(values) > MOST
        ]
    assert len(seen) > 200
    assert found == []


def pages(client: Client) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """Yield each address that links lead to, one of a kind, and with which values each statement was asked there."""
    waiting, met = ["/"], {kind_of("/")}
    while waiting:
        url = waiting.pop(0)
        statements: dict[str, set[str]] = defaultdict(set)

        def note(execute: Any, sql: Any, params: Any, *rest: Any, to: Any = statements) -> Any:
            to[str(sql)].add(str(params))
            return execute(sql, params, *rest)

        with connection.execute_wrapper(note):
            answer = client.get(url)
        yield url, statements
        if answer.streaming:
            b"".join(answer.streaming_content)
            continue
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for address in map(unescape, ADDRESS.findall(answer.content.decode())):
            kind = kind_of(address)
            if kind is not None and kind not in met:
                met.add(kind)
                waiting.append(address)


def kind_of(address: str) -> tuple[str, str] | None:
    """Return the view of ``address`` and its tab; None where nothing of the product is asked."""
    path, _, query = address.partition("?")
    try:
        found = resolve(path)
    except Resolver404:
        return None
    if found.namespace in APART or found.url_name == "logout":
        return None
    tab = re.search(r"(?:^|&)tab=(\w+)", query)
    return found.view_name, tab[1] if tab else ""
