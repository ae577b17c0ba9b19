"""Every list asks the database the same for one row and for three; the lists come from the resolver."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from expertpool.accounts.models import User
from expertpool.core.fields import EncryptedField
from expertpool.core.views import listing
from tests.core.views.list_rows import ELSEWHERE, ROWS
from tests.fixtures import login


def lists(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Yield the URL names whose view is made with `core.views.listing`, or turns pages by itself."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            if pattern.namespace != "styleguide":  # samples for developers
                yield from lists(pattern, inner)
        else:
            view = inspect.unwrap(pattern.callback)
            function = getattr(view, "__func__", view)
            names = getattr(getattr(function, "__code__", None), "co_names", ())
            if not {"listing", "Paginator"}.isdisjoint(names):
                yield f"{namespace}{pattern.name}"


def test_every_list_is_measured() -> None:
    assert sorted(lists()) == sorted([*ROWS, *ELSEWHERE])


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_list_asks_the_same_for_any_number_of_rows(
    client: Client, admin: User, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(client, admin)
    monkeypatch.setattr(listing, "ordered", checked_order(listing.ordered))
    kwargs = ROWS[name](admin, 0)
    address = reverse(name, kwargs=kwargs if isinstance(kwargs, dict) else None)
    ask(client, address)  # what is loaded once in a process
    one, first = ask(client, address)
    for at in (1, 2):
        further = ROWS[name](admin, at)
    if isinstance(further, dict):  # that of another: a result that is there gets no further row
        address = reverse(name, kwargs=further)
    ask(client, address)  # the order of names, which is worked out after each change
    three, second = ask(client, address)
    assert total(second) >= total(first) + 2
    assert len(three) == len(one), "\n".join(sorted(set(three) - set(one)))
    # A page far down finds its rows by their keys first: the same ones, in the same order.
    monkeypatch.setattr(listing, "FAR", 0)
    by_keys, third = ask(client, address)
    assert len(by_keys) == len(three)
    assert shown(third) == shown(second)


def checked_order(order: Any) -> Any:
    """Return ``order``, which sees to it that no list may be put in the order of an encrypted column: it would be that
    of the ciphers."""

    def ordered(rows: Any, sort: str, sorts: Any, default_sort: str) -> Any:
        named = [(one,) if isinstance(one, str) else one for one in sorts.values()]
        for column in (one for sort in named if isinstance(sort, tuple) for one in sort):
            found: Any = F(column.removeprefix("-")).resolve_expression(rows.query.chain())
            assert not isinstance(found.output_field, EncryptedField), column
        return order(rows, sort, sorts, default_sort)

    return ordered


def shown(response: HttpResponse) -> list[Any]:
    return list(page_of(response).object_list)


def ask(client: Client, address: str) -> tuple[list[str], HttpResponse]:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return [query["sql"] for query in queries.captured_queries], response


def total(response: HttpResponse) -> int:
    return page_of(response).paginator.count


def page_of(response: Any) -> Any:
    return response.context["recent" if "recent" in response.context else "page"]
