"""Guessing a password, choosing one that others guess, and signing in from behind a proxy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_PASSWORD
from expertpool.accounts.services.login import prove_identity, sign_in
from expertpool.accounts.services.passwords import one_time_password
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.audit.models import Entry
from expertpool.core import client as addresses
from expertpool.core.client import client_address, untrusted_proxy
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from tests.factories.accounts import PASSWORD, make_department, make_user
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def attempt(password: str, *, address: str, seconds: float = 0) -> LoginOutcome:
    now = NOW + timedelta(seconds=seconds)
    return sign_in(
        identifier="chef", password=password, address=address, device="", now=now
    ).outcome


# --- Guessing --------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-15")
def test_whoever_guesses_does_not_lock_the_last_administrator_out() -> None:
    """Five wrong guesses each quarter of an hour did, for as long as somebody went on."""
    make_user("admin", username="chef")
    for _ in range(5):
        assert attempt("falsch", address="10.0.0.66") == LoginOutcome.WRONG_PASSWORD
    assert attempt(PASSWORD, address="10.0.0.1", seconds=31) == LoginOutcome.SUCCESS


@pytest.mark.shows("SYS-15")
def test_a_day_of_guessing_comes_to_few_guesses() -> None:
    make_user("admin", username="chef")
    looked_at = sum(
        attempt("falsch", address=f"10.0.{at % 200}.9", seconds=at * 60)
        == LoginOutcome.WRONG_PASSWORD
        for at in range(24 * 60)
    )
    # It was five in each quarter of an hour.
    assert looked_at <= 110


@pytest.mark.shows("SYS-15")
def test_an_open_window_guesses_no_more_than_the_door(client: Client) -> None:
    """Whoever found it open tried old passwords without end, and took the account over with the right one."""
    user = make_user("admin", username="chef")

    def change(old: str, *, seconds: float) -> str:
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            login(client, user)  # the window is open, whatever the hour
            form = {"old": old, "new": "7x-Laternen-Ufer", "again": "7x-Laternen-Ufer"}
            answer = client.post("/password/", form)
        return "" if answer.status_code == 302 else answer.content.decode()

    for _ in range(5):
        assert "原密码不对" in change("falsch", seconds=0)
    # Also the right one, and at the door: it is one count.
    assert "连续输错次数太多" in change(PASSWORD, seconds=1)
    assert attempt(PASSWORD, address="10.0.0.1", seconds=2) == LoginOutcome.LOCKED
    assert Entry.objects.filter(action="user.lock", actor=None).count() == 1
    assert sum("原密码不对" in change("falsch", seconds=60 * at) for at in range(1, 240)) <= 20
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert change(PASSWORD, seconds=24 * 3600) == ""
    user.refresh_from_db()
    assert (user.failed_logins, user.locked_until) == (0, None)


# --- Passwords that others guess ---------------------------------------------------------------------


@pytest.fixture
def somebody() -> User:
    return make_user(
        username="zmh_shenji",
        name="赵明华",
        phone="13812345678",
        email="ming.zhao@example.cn",
        department=make_department("审计监察室"),
    )


@pytest.mark.parametrize(
    "password",
    [
        "Zhaominghua-1",
        "zmh@ZMH2026"[4:] + "@1980",
        "Zmh_Shenji-1",
        "Abc-345678",
        "Ming.Zhao#1",
        "Shenjijianchashi-1",
        "Password-2026",
        "P@ssword1"[:1] + "assword@2026",
        "Admin@2026",
        "Woaini-520",
        "Caigou#2026",
        "Qwer-1234",
        "Iloveyou-1314",
    ],
)
def test_a_password_that_a_colleague_would_try_is_refused(somebody: User, password: str) -> None:
    with pytest.raises(ValidationError) as error:
        validate_password(password, somebody)
    codes = {one.code for one in error.value.error_list}
    assert codes & {"password_common", "password_of_person"}


@pytest.mark.parametrize(
    "password", ["Correct-horse-8", DEMO_PASSWORD, "Neues-Wort-0", "7x-Laternen-Ufer"]
)
def test_others_are_taken(somebody: User, password: str) -> None:
    validate_password(password, somebody)
    validate_password(one_time_password(), somebody)


# --- Behind a proxy ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    kept = addresses._untrusted[:]
    addresses._untrusted.clear()
    yield
    addresses._untrusted[:] = kept


def visit(peer: str) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="203.0.113.7")
    return client_address(request)


def test_a_proxy_that_is_not_trusted_is_noticed_once(
    caplog: pytest.LogCaptureFixture, admin: User, operator: User, settings: Any
) -> None:
    settings.TRUST_PROXY = False
    with caplog.at_level(logging.WARNING):
        assert [visit("172.18.0.2") for _ in range(3)] == ["172.18.0.2"] * 3
    assert [record.message.count("TRUST_PROXY=1") for record in caplog.records] == [1]
    assert "TRUST_PROXY=1" in login(Client(), admin).get("/").content.decode()
    assert "TRUST_PROXY" not in login(Client(), operator).get("/").content.decode()


def test_a_header_from_outside_is_no_proxy_of_ours(settings: Any) -> None:
    settings.TRUST_PROXY = False
    visit("8.8.8.8")
    assert untrusted_proxy() == ""
    settings.TRUST_PROXY = True
    assert visit("172.18.0.2") == "203.0.113.7"
    assert untrusted_proxy() == ""


# --- Experts who are out -------------------------------------------------------------------------------


def test_an_expert_who_is_deleted_is_signed_out_and_stays_out(admin: User) -> None:
    user = make_user("expert", username="chef")
    expert = make_expert(user=user)
    client = login(Client(), user)
    assert client.get("/").status_code == 200
    delete_expert(expert=expert, reason="查实", actor=admin, now=NOW)
    assert client.get("/").status_code == 302
    # Whoever knows the password is told why, and not that it was wrong; nobody else learns anything.
    for _ in range(7):
        refused = sign_in(
            identifier="chef", password=PASSWORD, address="10.0.0.1", device="", now=NOW
        )
        assert refused.outcome == LoginOutcome.DISABLED
        assert "账号和密码都对" in refused.why
    wrong = sign_in(identifier="chef", password="x", address="10.0.0.1", device="", now=NOW)
    assert (wrong.outcome, wrong.why) == (LoginOutcome.DISABLED, "")
    restore_expert(expert=expert, actor=admin, now=NOW)
    assert client.get("/").status_code == 302
    assert attempt(PASSWORD, address="10.0.0.1") == LoginOutcome.SUCCESS


def test_an_expert_who_is_frozen_signs_in_to_what_is_left_to_him(admin: User) -> None:
    """Whatever other roles he holds: they are back with him."""
    user = make_user("expert", username="chef", roles=(ensure_demo_roles()["supervisor"],))
    expert = make_expert(user=user)
    give_account(expert, user)
    client = login(Client(), user)
    freeze_expert(expert=expert, reason="查实", actor=admin, now=NOW)
    ended = client.get("/")  # what he was signed in by has ended
    assert ended.status_code == 302
    assert "您的登录已失效" in client.get(ended["Location"]).content.decode()
    assert "您的登录已失效" not in client.get("/login/").content.decode()
    who = {"identifier": "chef", "password": PASSWORD, "address": "10.0.0.1", "device": ""}
    assert sign_in(**who, now=NOW).outcome == LoginOutcome.SUCCESS
    # No second person, for he acts by his account no more.
    assert prove_identity(**who, now=NOW).outcome == LoginOutcome.DISABLED
    user.refresh_from_db()
    login(client, user)
    assert client.get("/projects/").status_code == 403
    assert set(client.get("/").wsgi_request.user.grants) == {"experts.self"}
    unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=NOW)
    assert client.get("/projects/").status_code == 200
