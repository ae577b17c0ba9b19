"""Two worlds differ in nothing but whom chance has seated: to whoever may not know it yet, each address says the same in both.

`test_sealed_names` looks for what names an expert. Here anything would be found that tells one world from the other: an
order, a count, a button that is missing, a state. A few addresses are opened, each time others; all of them by
``make worlds`` (docs/decisions/0820).
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from expertpool.accounts.models import User
from expertpool.core.exporting.registry import EXPORTS
from expertpool.directory.models import Specialty
from expertpool.draws.models import Invitation
from expertpool.experts.models import Expert
from tests.architecture.sealed import (
    EXPERT_TABS,
    TABS,
    Sealed,
    draw_sealed,
    make_candidates,
    text_of,
)
from tests.architecture.test_url_roles import ask
from tests.architecture.url_roles import RULES, furnish
from tests.architecture.world import ROLES, World, make_world
from tests.factories.accounts import make_token
from tests.factories.draws import expert_id_of
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
SOME = 140  # addresses of all roles together
AGAIN = 3  # times that what tells two worlds apart has to be the same in one of them
WHOLE = bool(os.environ.get("WHOLE_WORLDS"))  # all of them
# Who was drawn reads it on his own pages.
READERS = [role for role in ROLES if role != "expert"]
NEVER_ASKED = {"accounts:logout", "accounts:password"}
TELLS_ALL = "notifications:outbox"  # of the development alone
SORTS = ("name", "number", "updated", "draws", "participation", "accepted", "points", "rating")
# What is new each time it is asked for, or in each draw whoever sits: keys, marks, seeds, and what follows from them.
CHANCE = re.compile(
    r"""name="csrfmiddlewaretoken"\ value="[^"]+" | nonce-\S+ | d='?"?M[^'"]+ | Content-Length:\ \d+
    | (?:[0-9a-f]{8}\ ){3,}[0-9a-f]{8} | [0-9a-fA-F]{8}-[0-9a-fA-F-]{20,} | [0-9a-fA-F]{10,}
    | \bT-\d{4}\b | \bZJT\d+ | /verify/[a-z0-9]{16}/ | (?:[A-Z2-7]{4}\ ){7}[A-Z2-7]{4} | [\w=.:/+-]*[\w=+-]{20,}[\w=.:/+-]*""",
    re.VERBOSE,
)


class Address(NamedTuple):
    """``url`` opens what a table of addresses calls ``name``, where it is not the one of the table."""

    name: str
    url: str = ""
    is_posted: bool = False


class Asked(NamedTuple):
    role: str
    at: Address


CONTROL = Asked("operator", Address(TELLS_ALL))


@pytest.fixture(scope="module")
def world(once: Any, media_once: None) -> World:
    with once():
        return furnish(make_world())


@pytest.fixture
def candidates(world: World, time_machine: Any) -> Specialty:
    time_machine.move_to(NOW, tick=False)
    specialty = make_candidates()
    department = world.users["department"].department
    Expert.objects.filter(specialties=specialty).update(department=department)
    return specialty


@pytest.mark.shows("DRAW-02", "DRAW-14", "SYS-11")
@pytest.mark.timeout(0 if WHOLE else 600)
def test_an_address_says_the_same_whoever_sits(
    world: World, candidates: Specialty, time_machine: Any
) -> None:
    one, other = _seeds_that_seat_others(world, candidates)

    def said(seed: int, asked: Sequence[Asked]) -> dict[Asked, str]:
        with _drawn(world, candidates, seed) as sealed:
            time_machine.shift(timedelta(hours=2))
            try:
                return {ask: _said(ask.at, sealed, world.users[ask.role]) for ask in asked}
            finally:
                time_machine.shift(timedelta(hours=-2))

    asked = _some([Asked(role, at) for role in READERS for at in _addresses(candidates)])
    here, there = said(one, [*asked, CONTROL]), said(other, [*asked, CONTROL])
    assert here[CONTROL] != there[CONTROL]  # what tells them apart is found
    if telling := [ask for ask in asked if here[ask] != there[ask]]:
        # What is chance in any draw differs between two draws that seat the same people, too.
        again = [said(one, telling) for _ in range(AGAIN)]
        telling = [ask for ask in telling if all(here[ask] == said[ask] for said in again)]
    assert telling == []


def _some(asked: list[Asked]) -> list[Asked]:
    return asked if WHOLE else random.sample(asked, SOME)


def _seeds_that_seat_others(world: World, candidates: Specialty) -> tuple[int, int]:
    """Return two of which the second leaves another one out, and lets another decline."""

    def order(seed: int) -> list[int]:
        with _drawn(world, candidates, seed) as sealed:
            lines = Invitation.objects.filter(draw=sealed.draw).order_by("line")
            return [expert_id_of(line) for line in lines]

    declined, *seated = order(5_000)
    for seed in count(5_001):
        other_declined, *others = order(seed)
        if other_declined != declined and set(others) != set(seated):
            return 5_000, seed
    raise AssertionError


@contextmanager
def _drawn(world: World, candidates: Specialty, seed: int) -> Iterator[Sealed]:
    """Draw by ``seed``, and take everything back: the next one has the same ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname || '.' || quote_ident(sequencename), last_value FROM pg_sequences"
        )
        sequences = cursor.fetchall()
    # Not a block of its own: what the product asks to be outermost is refused in one.
    before = transaction.savepoint()
    yield draw_sealed(world, candidates, seed=seed)
    transaction.savepoint_rollback(before)
    with connection.cursor() as cursor:
        for name, value in sequences:
            cursor.execute("SELECT setval(%s, %s, %s)", [name, value or 1, value is not None])


def _addresses(candidates: Specialty) -> list[Address]:
    """Every address of the table, and those of the four who could be drawn, alike in both worlds."""
    experts = Expert.objects.filter(specialties=candidates).order_by("pk")
    names = [name for name in RULES if name not in NEVER_ASKED | {TELLS_ALL}]
    found = [Address(name) for name in names]
    for expert in experts:
        page = reverse("experts:detail", args=[expert.pk])
        found += [Address("experts:detail", f"{page}?tab={tab}") for tab in EXPERT_TABS]
        for name in names:
            for key in ("pk", "expert_id"):
                if (url := _reversed(name, {key: expert.pk})) and "expert" in url:
                    found.append(Address(name, url))
    people = reverse("experts:list")
    for sort in SORTS:
        found += [Address("experts:list", f"{people}?q=密封&sort={way}{sort}") for way in ("", "-")]
    exports = [reverse("core:export", args=[code]) for code in EXPORTS.codes]
    found += [Address("core:export", f"{url}?q=密封", is_posted=True) for url in exports]
    return found + [Address("projects:detail", f"?tab={tab}") for tab in TABS]


def _reversed(name: str, kwargs: dict[str, int]) -> str:
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def _said(at: Address, sealed: Sealed, user: User) -> str:
    """Return what ``user`` is answered, without what is chance; whatever it takes to ask is undone."""
    client, headers = login(Client(raise_request_exception=False), user), {}
    before = transaction.savepoint()
    url = at.url
    if not url.startswith("/"):
        url = reverse(at.name, kwargs=RULES[at.name].kwargs(sealed.world, user)) + url
    if RULES[at.name].token and user.grants:
        headers = {"Authorization": f"Bearer {make_token(user).text}"}
    response = client.get(url, headers=headers) if headers else ask(client, url, post=at.is_posted)
    text = CHANCE.sub("…", text_of(response).replace(sealed.draw.project.number, "…"))
    transaction.savepoint_rollback(before)
    return f"{response.status_code} {text}"
