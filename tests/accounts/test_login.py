from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.db import connections
from django.utils import timezone

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services import login as service
from expertpool.accounts.services.login import (
    SignIn,
    sign_in,
)
from expertpool.accounts.settings import (
    BLOCK_TIME,
    FAILURES_OF_ADDRESS,
    FAILURES_TO_LOCK,
    FAILURES_WINDOW,
    LOCK_TIME,
)
from expertpool.audit.models import Entry
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.siteconfig import configure

NOW = timezone.now()
TIMES, TIMES_OF_ADDRESS = FAILURES_TO_LOCK.default, FAILURES_OF_ADDRESS.default
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)


def attempt(
    identifier: str = "zhang",
    password: str = PASSWORD,
    *,
    address: str = "10.0.0.1",
    now: datetime = NOW,
) -> SignIn:
    return sign_in(identifier=identifier, password=password, address=address, device=EDGE, now=now)


@pytest.fixture
def zhang(db: None) -> User:
    return make_user(
        "operator", username="zhang", name="老张", phone="13812340001", email="zhang@example.cn"
    )


@pytest.mark.parametrize(
    ("identifier", "method"),
    [
        ("zhang", LoginMethod.USERNAME),
        (" ZHANG ", LoginMethod.USERNAME),
        ("ｚｈａｎｇ", LoginMethod.USERNAME),
        ("13812340001", LoginMethod.PHONE),
        ("１３８１２３４０００１", LoginMethod.PHONE),
        ("Zhang@Example.cn", LoginMethod.EMAIL),
    ],
)
@pytest.mark.shows("SYS-17")
def test_sign_in_by_name_phone_or_mail_leaves_a_record(
    zhang: User, identifier: str, method: LoginMethod
) -> None:
    result = attempt(identifier)
    assert (result.outcome, result.user) == (LoginOutcome.SUCCESS, zhang)
    record = LoginRecord.objects.get()
    assert (record.user, record.account, record.at) == (zhang, "zhang", NOW)
    assert (record.address, record.method) == ("10.0.0.1", method)
    assert (record.device, record.user_agent) == ("Windows · Edge", EDGE)
    assert Entry.objects.filter(action="user.sign_in", actor=zhang).exists()


@pytest.mark.parametrize(
    ("identifier", "password", "active", "outcome"),
    [
        ("zhang", "falsch", True, LoginOutcome.WRONG_PASSWORD),
        ("zhang", "", True, LoginOutcome.WRONG_PASSWORD),
        ("zhang", PASSWORD, False, LoginOutcome.DISABLED),
        ("wang", PASSWORD, True, LoginOutcome.UNKNOWN_ACCOUNT),
        ("13800000000", PASSWORD, True, LoginOutcome.UNKNOWN_ACCOUNT),
        ("", PASSWORD, True, LoginOutcome.UNKNOWN_ACCOUNT),
        ("@", PASSWORD, True, LoginOutcome.UNKNOWN_ACCOUNT),
    ],
)
@pytest.mark.shows("SYS-17")
def test_failures_leave_a_record_as_well(
    zhang: User, identifier: str, password: str, active: bool, outcome: LoginOutcome
) -> None:
    User.objects.update(is_active=active)
    result = attempt(identifier, password)
    assert (result.outcome, result.user) == (outcome, None)
    assert bool(result.why) is (outcome == LoginOutcome.DISABLED)
    assert LoginRecord.objects.get().outcome == outcome


def test_a_password_typed_as_account_is_not_kept(zhang: User) -> None:
    attempt("Geheim-2026", "x")
    assert LoginRecord.objects.get().account == "Ge*********"


def test_no_password_is_kept_in_clear(zhang: User) -> None:
    attempt()
    attempt(password="Anders-2026")
    kept = [
        *LoginRecord.objects.values_list(),
        *Entry.objects.values_list(),
        *User.objects.values_list(),
    ]
    assert PASSWORD not in str(kept)
    assert "Anders-2026" not in str(kept)


@pytest.mark.shows("SYS-15")
def test_five_failures_in_a_row_make_the_account_wait(zhang: User) -> None:
    for _ in range(TIMES):
        assert attempt(password="falsch").outcome == LoginOutcome.WRONG_PASSWORD
    zhang.refresh_from_db()
    assert zhang.failed_logins == TIMES
    assert attempt().outcome == LoginOutcome.LOCKED
    assert attempt(now=NOW + timedelta(seconds=29)).outcome == LoginOutcome.LOCKED
    assert attempt(now=NOW + timedelta(seconds=30)).outcome == LoginOutcome.SUCCESS
    assert Entry.objects.filter(action="user.lock", subject_id=str(zhang.pk)).count() == 1


def test_the_office_decides_how_often_and_how_long(zhang: User) -> None:
    configure(FAILURES_TO_LOCK, 3)
    configure(LOCK_TIME, timedelta(minutes=1))
    for _ in range(3):
        assert attempt(password="falsch").outcome == LoginOutcome.WRONG_PASSWORD
    later = NOW
    for wait in (30, 60, 60):
        assert attempt(now=later + timedelta(seconds=wait - 1)).outcome == LoginOutcome.LOCKED
        later += timedelta(seconds=wait)
        assert attempt(password="falsch", now=later).outcome == LoginOutcome.WRONG_PASSWORD


def test_each_further_failure_doubles_the_wait_up_to_the_longest(zhang: User) -> None:
    User.objects.filter(pk=zhang.pk).update(failed_logins=TIMES - 1)
    now = NOW
    for wait in (30, 60, 120, 240, 480, 900, 900):
        assert attempt(password="falsch", now=now).outcome == LoginOutcome.WRONG_PASSWORD
        zhang.refresh_from_db()
        assert zhang.locked_until == now + timedelta(seconds=wait)
        now = zhang.locked_until
    assert attempt(now=now).outcome == LoginOutcome.SUCCESS
    zhang.refresh_from_db()
    assert (zhang.failed_logins, zhang.locked_until) == (0, None)


def test_a_success_ends_the_row_of_failures(zhang: User) -> None:
    for _ in range(3):
        for _ in range(TIMES - 1):
            attempt(password="falsch", address="10.0.0.2")
        assert attempt().outcome == LoginOutcome.SUCCESS


def test_addresses_of_one_ipv6_network_count_as_one(zhang: User) -> None:
    for at in range(TIMES_OF_ADDRESS):
        attempt(f"nobody{at}", address=f"2001:db8:0:1::{at:x}")
    assert attempt(address="2001:db8:0:1:ffff::1").outcome == LoginOutcome.RATE_LIMITED
    assert attempt(address="2001:db8:0:2::1").outcome == LoginOutcome.SUCCESS


@pytest.mark.shows("SYS-15")
def test_failures_of_an_address_count_over_all_accounts_and_grow_old(zhang: User) -> None:
    for number in range(TIMES_OF_ADDRESS):
        attempt(f"nobody{number}")
    assert attempt().outcome == LoginOutcome.RATE_LIMITED
    assert attempt(address="10.0.0.2").outcome == LoginOutcome.SUCCESS
    # Refused attempts do not prolong it: an office behind one address is never shut out for good.
    ends = NOW + BLOCK_TIME.default
    assert attempt(now=ends - timedelta(seconds=1)).outcome == LoginOutcome.RATE_LIMITED
    assert attempt(now=ends).outcome == LoginOutcome.SUCCESS


def test_failures_that_are_long_over_count_no_more(zhang: User) -> None:
    for number in range(TIMES_OF_ADDRESS - 1):
        attempt(f"nobody{number}")
    later = NOW + FAILURES_WINDOW.default
    attempt("nobody-else", now=later)
    assert attempt(now=later).outcome == LoginOutcome.SUCCESS


@pytest.mark.parametrize("state", ["unknown", "disabled", "locked", "wrong", "right"])
def test_every_answer_costs_one_hash(
    zhang: User, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time would tell which accounts exist."""
    if state == "disabled":
        User.objects.update(is_active=False)
    if state == "locked":
        User.objects.update(locked_until=NOW + timedelta(minutes=1))
    hashes = []
    monkeypatch.setattr(service, "make_password", lambda password: hashes.append("made"))

    def counted(password: str, encoded: str) -> bool:
        hashes.append("checked")
        return check_password(password, encoded)

    monkeypatch.setattr(service, "check_password", counted)
    attempt("nobody" if state == "unknown" else "zhang", "x" if state == "wrong" else PASSWORD)
    assert len(hashes) == 1


def test_the_product_hashes_with_argon2() -> None:
    from config import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert Argon2PasswordHasher().encode("x", "12345678").startswith("argon2$argon2id$")


def guess_at_once(number: int) -> list[LoginOutcome]:
    outcomes: list[LoginOutcome] = []

    def guess() -> None:
        try:
            outcomes.append(attempt(password="falsch").outcome)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def slow_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking a password takes a while, as it does with Argon2."""

    def slow(password: str, encoded: str) -> bool:
        time.sleep(0.05)
        return check_password(password, encoded)

    monkeypatch.setattr(service, "check_password", slow)


@pytest.mark.race
@pytest.mark.shows("SYS-15")
@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_do_not_pass_the_limit(transactional_db: None, slow_hash: None) -> None:
    make_user(username="zhang")
    outcomes = guess_at_once(12)
    assert outcomes.count(LoginOutcome.WRONG_PASSWORD) == TIMES
    assert outcomes.count(LoginOutcome.LOCKED) == 12 - TIMES


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_they_would_if_counting_were_reading_and_writing(
    transactional_db: None, slow_hash: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_then_write(user: User, now: datetime) -> bool:
        fresh = User.objects.get(pk=user.pk)
        if fresh.locked_until and fresh.locked_until > now:
            return False
        time.sleep(0.05)  # the password is looked at
        fresh.failed_logins += 1
        if fresh.failed_logins >= TIMES:
            fresh.locked_until = now + timedelta(minutes=15)
        fresh.save()
        return True

    monkeypatch.setattr(service, "claim_attempt", read_then_write)
    make_user(username="zhang")
    outcomes = guess_at_once(12)
    assert outcomes.count(LoginOutcome.WRONG_PASSWORD) > TIMES
