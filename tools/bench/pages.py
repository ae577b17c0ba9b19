"""How long the list of experts takes: as it opens, searched, narrowed by a saved search."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.directory.models import Division
from expertpool.experts.models import SavedSearch
from tools.bench.plans import at_least, branches_of_one_percent, holding
from tools.bench.reporting import Reporter, timed

RUNS = 30
AIM = 0.1


def measure_pages(reporter: Reporter, size: int) -> None:
    """Open the list of experts in the ways it is opened most."""
    admin = User.objects.get(username="admin")
    client, page = client_of("admin"), reverse("experts:list")
    for name, query in _queries(admin).items():
        seconds = timed(lambda query=query: get(client, page, query), runs=RUNS)  # type: ignore[misc]
        reporter.report(name, seconds, aim=AIM, size=size)
    own = client_of("operator")
    reporter.report("list_own_department", timed(lambda: get(own, page), runs=RUNS), size=size)


def _queries(owner: User) -> dict[str, dict[str, Any]]:
    return {
        "list": {},
        "list_formal": {"tab": "formal"},
        "list_page_400": {"page": 400},
        "list_by_name": {"sort": "name"},
        "list_by_term": {"sort": "term"},
        "search_name": {"q": "王伟"},
        "search_everywhere": {"q": "设计"},
        "search_initials": {"q": "wxm"},
        "search_two_words": {"q": "王伟 设计"},
        "saved_search": _saved(owner).dict(),
    }


def _saved(owner: User) -> QueryDict:
    """A search that somebody saved: three conditions, one of them a branch of the specialties."""
    province = Division.objects.filter(level=1).order_by("code")[0]
    where = {
        "all": [
            holding(*branches_of_one_percent(2)),
            at_least(3),
            {"not": {"field": "division", "op": "in", "value": [province.pk]}},
        ]
    }
    kept, _ = SavedSearch.objects.update_or_create(
        owner=owner,
        name="测量",
        defaults={
            "query": urlencode({"where": json.dumps(where), "tab": "formal"}),
            "created_at": timezone.now(),
        },
    )
    return QueryDict(kept.query)


def client_of(username: str) -> Client:
    """Return a client that is signed in."""
    client = Client()
    user = User.objects.get(username=username)
    client.force_login(user, backend="expertpool.accounts.backends.AccountBackend")
    return client


def get(client: Client, page: str, query: dict[str, Any] | None = None) -> None:
    """Ask for a page; raises RuntimeError when it does not answer well."""
    response = client.get(page, query or {}, headers={"host": "127.0.0.1"})
    if response.status_code != 200:
        message = f"{page} {query}: the answer is {response.status_code}"
        raise RuntimeError(message)
