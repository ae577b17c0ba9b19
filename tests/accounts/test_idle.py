"""Whoever does nothing for long is signed out by the server's clock; what pages ask by themselves is no use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.models import SignedIn, User
from expertpool.accounts.settings import IDLE_LIMIT
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (local)
UNATTENDED = {"X-Unattended": "1"}


@pytest.fixture
def user(db: None) -> User:
    return make_user("operator")


@pytest.fixture(autouse=True)
def twenty_minutes(db: None, time_machine: Traveller) -> None:
    time_machine.move_to(NOW - timedelta(days=3), tick=False)
    configure(IDLE_LIMIT, timedelta(minutes=20))
    time_machine.move_to(NOW, tick=False)


def set_limit(minutes: int) -> None:
    save_settings(
        group=IDLE_LIMIT.group,
        values={IDLE_LIMIT.code: timedelta(minutes=minutes)},
        version=version_of(IDLE_LIMIT.group),
        actor=make_user("admin"),
        now=timezone.now(),
    )


def is_in(client: Client) -> bool:
    return client.get("/signed-in/", headers=UNATTENDED).status_code == 200


def test_who_does_nothing_is_signed_out(user: User, time_machine: Traveller) -> None:
    client = login(Client(), user)
    time_machine.shift(timedelta(minutes=19))
    assert client.get("/account/").status_code == 200
    time_machine.shift(timedelta(minutes=19))
    assert client.get("/account/").status_code == 200, "used meanwhile"
    time_machine.shift(timedelta(minutes=20))
    answer = client.get("/account/")
    assert answer.status_code == 302
    assert "ended=1" in answer["Location"]
    assert not Session.objects.exists(), "no longer limit brings it back"


@pytest.mark.parametrize(
    "address", ["/monitoring/beat/", "/watermark.svg", "/signed-in/left/", "/"]
)
def test_what_a_page_asks_by_itself_is_no_use(
    user: User, time_machine: Traveller, address: str
) -> None:
    client = login(Client(), user)
    for _ in range(3):
        time_machine.shift(timedelta(minutes=5))
        ask = client.post if "beat" in address else client.get
        # The home page as a timer asks for a page; the others are marked themselves.
        answer = ask(address, headers=UNATTENDED if address == "/" else {})
        assert answer.status_code in (200, 204)
    time_machine.shift(timedelta(minutes=5))
    assert not is_in(client)


def test_two_windows_are_one_use_and_two_browsers_two(user: User, time_machine: Traveller) -> None:
    here, other = login(Client(), user), login(Client(), user)
    time_machine.shift(timedelta(minutes=15))
    assert here.get("/signed-in/left/").json() == {"left": 5 * 60}
    here.get("/signed-in/")  # a second window of it
    assert here.get("/signed-in/left/").json() == {"left": 20 * 60}
    time_machine.shift(timedelta(minutes=6))
    assert is_in(here)
    assert not is_in(other)


def test_a_longer_limit_counts_a_day_later(user: User, time_machine: Traveller) -> None:
    set_limit(240)
    client = login(Client(), user)
    assert client.get("/signed-in/left/").json() == {"left": 20 * 60}
    time_machine.shift(timedelta(days=1, minutes=1))
    client = login(Client(), user)
    assert client.get("/signed-in/left/").json() == {"left": 240 * 60}
    set_limit(5)
    time_machine.shift(timedelta(minutes=2))
    client.get("/signed-in/")
    assert client.get("/signed-in/left/").json() == {"left": 5 * 60}


def test_a_session_of_before_the_limit_gets_one_by_its_next_use(
    user: User, time_machine: Traveller
) -> None:
    client = login(Client(), user)
    SignedIn.objects.update(until=None)
    time_machine.shift(timedelta(minutes=60))
    assert client.get("/account/").status_code == 200
    assert SignedIn.objects.get().until == timezone.now() + timedelta(minutes=20)
