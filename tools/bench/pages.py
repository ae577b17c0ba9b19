"""How long the pages take that are open all day: the list of experts as it opens, searched,
narrowed by a saved search; one expert; one project.

A search is measured twice: ``search_…`` is the whole page, as an address opens it, ``typed_…`` what the
list itself asks for when somebody types the words: rows and tabs, since filters and menu stand there."""

from __future__ import annotations

import json
from functools import partial
from itertools import chain
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.models import SavedSearch
from expertpool.directory.models import Division
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from tools.bench.plans import at_least, branches_of_one_percent, holding
from tools.bench.reporting import Reporter, timed
from tools.bench.words import hard_words

RUNS = 30
WORD_RUNS = 5
AIMS = {
    "list": 0.06,
    "expert": 0.06,
    "project": 0.06,
    "home": 0.15,
    "search": 0.1,
    "saved": 0.1,
    "typed": 0.1,
}
TYPED = {"HX-Request": "true", "HX-Target": "list"}


def measure_pages(reporter: Reporter, size: int) -> None:
    """Open the list of experts in the ways it is opened most, an expert and a project."""
    admin = User.objects.get(username="admin")
    client = client_of("admin")
    for name, (page, query) in _pages(admin).items():
        aim = AIMS[name.partition("_")[0]]
        seconds = timed(lambda page=page, query=query: get(client, page, query), runs=RUNS)  # type: ignore[misc]
        reporter.report(name, seconds, aim=aim, size=size)
        if "q" in query:
            typed = timed(partial(get, client, page, query, TYPED), runs=RUNS)
            reporter.report(name.replace("search", "typed"), typed, aim=AIMS["typed"], size=size)
    _measure_hard_words(reporter, client, size, "search", {})
    _measure_hard_words(reporter, client, size, "typed", TYPED)
    home = timed(lambda: get(client, reverse("portal:home")), runs=RUNS)
    reporter.report("home", home, aim=AIMS["home"], size=size)
    own, page = client_of("operator"), reverse("experts:list")
    reporter.report("list_own_department", timed(lambda: get(own, page), runs=RUNS), size=size)


def _measure_hard_words(
    reporter: Reporter, client: Client, size: int, kind: str, headers: dict[str, str]
) -> None:
    """Search for words that are hard to find: ``…_any`` is all of them, ``…_hardest`` the one whose median is the
    worst."""
    page = reverse("experts:list")
    seconds = {
        word: timed(lambda word=word: get(client, page, {"q": word}, headers), runs=WORD_RUNS)  # type: ignore[misc]
        for word in hard_words()
    }
    reporter.report(f"{kind}_any", [*chain(*seconds.values())], aim=AIMS[kind], size=size)
    hardest = max(seconds, key=lambda word: median(seconds[word]))
    reporter.note("hardest", word=hardest, size=size)
    reporter.report(f"{kind}_hardest", seconds[hardest], aim=AIMS[kind], size=size)


def _pages(owner: User) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the addresses to measure; what a name begins with is its aim."""
    queries: dict[str, dict[str, Any]] = {
        "list": {},
        "list_formal": {"tab": "formal"},
        "list_page_400": {"page": 400},
        "list_by_name": {"sort": "name"},
        "list_by_term": {"sort": "term"},
        "search_name": {"q": "王伟"},
        "search_everywhere": {"q": "设计"},
        "search_surname": {"q": "王"},
        "search_initials": {"q": "wxm"},
        "search_two_words": {"q": "王伟 设计"},
        "search_two_of_many": {"q": "李 工程"},
        "search_by_name": {"q": "王", "sort": "name"},
        "saved_search": _saved(owner).dict(),
    }
    pages = {name: (reverse("experts:list"), query) for name, query in queries.items()}
    return pages | pages_of_one()


def pages_of_one() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the addresses of one expert and one project, if there are any."""
    expert = Expert.objects.filter(status=ExpertStatus.FORMAL).order_by("pk").first()
    project = Project.objects.order_by("pk").first()
    return {
        name: (reverse(f"{name}s:detail", args=[row.pk]), {})
        for name, row in (("expert", expert), ("project", project))
        if row is not None
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
        page="experts",
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


def get(
    client: Client,
    page: str,
    query: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """Ask for a page; raises RuntimeError when it does not answer well."""
    response = client.get(page, query or {}, headers={"host": "127.0.0.1"} | (headers or {}))
    if response.status_code != 200:
        message = f"{page} {query}: the answer is {response.status_code}"
        raise RuntimeError(message)
