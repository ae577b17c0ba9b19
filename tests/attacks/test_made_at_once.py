"""Archives that are made while their page waits: each holds a thread that answers everybody. Sixty packages of 1,349
experts, asked for by one person at once, kept the page of signing in for two minutes; 150 of an expert's own data for
twelve seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.changes.views import own
from expertpool.experts.views import searches
from tests.attacks.test_read_at_once import SOON, Readers
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made_slowly(monkeypatch: pytest.MonkeyPatch) -> Iterator[Readers]:
    """Nobody's archive is ready before the test lets it."""
    held = Readers()
    for views, name in ((searches, "write_package"), (own, "write_own_data")):
        made = getattr(views, name)

        def wait(*args: Any, made: Callable[..., Any] = made, **more: Any) -> Any:
            held.goes_on.wait(60)
            return made(*args, **more)

        monkeypatch.setattr(views, name, wait)
    yield held
    held.end()


def told(held: Readers, count: int) -> list[str]:
    """Return what ``count`` of them are told while the others are still made, or wait."""
    for _ in range(SOON * 20):
        if len(held.answers) >= count:
            break
        threading.Event().wait(0.05)
    assert len(held.answers) == count
    return [str(said) for one in held.answers for said in get_messages(one.wsgi_request)]


def packing(client: Client) -> Any:
    return client.post(reverse("experts:package"))


@pytest.mark.shows("OPS-04")
def test_of_one_person_one_package_is_made_and_one_waits(made_slowly: Readers) -> None:
    make_expert()
    made_slowly.ask(make_user("admin"), times=5, how=packing)
    assert ["请等它完成后再试" in said for said in told(made_slowly, 3)] == [True] * 3
    assert made_slowly.end() == [200, 200, 302, 302, 302]


def test_so_of_an_experts_own_data(made_slowly: Readers) -> None:
    expert: User = make_user("expert")
    make_expert(user=expert)
    made_slowly.ask(expert, times=5, how=lambda client: client.get(reverse("changes:own_data")))
    assert ["请等它完成后再试" in said for said in told(made_slowly, 3)] == [True] * 3
    assert made_slowly.end() == [200, 200, 302, 302, 302]


def test_of_many_persons_few_wait(made_slowly: Readers) -> None:
    """Two are made, two more wait; whoever else asks is told to come again."""
    make_expert()
    for at in range(7):
        made_slowly.ask(make_user("admin", username=f"admin{at}"), times=1, how=packing)
    assert ["过一分钟" in said for said in told(made_slowly, 3)] == [True] * 3
    assert made_slowly.end() == [200] * 4 + [302] * 3
