"""Addresses that are blocked after failed sign-ins, and by hand; and who is not shut out with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.services.login import sign_in
from expertpool.accounts.settings import BLOCK_TIME, FAILURES_OF_ADDRESS, FAILURES_TO_LOCK
from expertpool.audit.models import Entry
from expertpool.core.client import clean_network
from expertpool.networks.enums import RuleKind
from expertpool.networks.exceptions import AlreadyEnded, AlreadyRuled, OwnAddress
from expertpool.networks.models import NetworkRule
from expertpool.networks.queries import rule_for
from expertpool.networks.services.rules import block_after_failures, end_rule
from expertpool.notifications.models import Message
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.networks import make_network_rule
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OFFICE = "203.0.113.7"
MOST = FAILURES_OF_ADDRESS.default


def attempt(
    account: str,
    password: str = PASSWORD,
    *,
    address: str = OFFICE,
    seconds: float = 0,
    known: int | None = None,
) -> LoginOutcome:
    return sign_in(
        identifier=account,
        password=password,
        address=address,
        device="",
        now=NOW + timedelta(seconds=seconds),
        known=known,
    ).outcome


def spray(times: int, *, address: str = OFFICE, seconds: float = 0) -> None:
    for at in range(times):
        attempt(f"nobody{at}", "falsch", address=address, seconds=seconds)


# --- After failures ------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-16")
def test_an_address_is_blocked_after_so_many_failures_and_let_in_again_by_itself() -> None:
    make_user(username="chef")
    spray(MOST - 1)
    assert not NetworkRule.objects.exists()
    attempt("nobody-else", "falsch")
    rule = NetworkRule.objects.get()
    assert (rule.network, rule.kind, rule.is_automatic) == (f"{OFFICE}/32", RuleKind.BLOCK, True)
    assert rule.until == NOW + BLOCK_TIME.default
    assert attempt("chef") == LoginOutcome.RATE_LIMITED
    assert attempt("chef", address="203.0.113.8") == LoginOutcome.SUCCESS
    lasts = BLOCK_TIME.default.total_seconds()
    assert attempt("chef", seconds=lasts - 1) == LoginOutcome.RATE_LIMITED
    assert attempt("chef", seconds=lasts) == LoginOutcome.SUCCESS


@pytest.mark.shows("SYS-16")
def test_released_by_hand_it_begins_anew() -> None:
    chief = make_user("admin", username="chef")
    spray(MOST)
    end_rule(rule=NetworkRule.objects.get(), actor=chief, now=NOW + timedelta(seconds=1))
    assert attempt("chef", seconds=2) == LoginOutcome.SUCCESS
    attempt("nobody", "falsch", seconds=3)  # those of before count no more
    assert attempt("chef", seconds=4) == LoginOutcome.SUCCESS
    entry = Entry.objects.get(action="network.release")
    assert (entry.actor, entry.subject_label) == (chief, f"{OFFICE}/32")
    with pytest.raises(AlreadyEnded):
        end_rule(rule=NetworkRule.objects.get(), actor=chief, now=NOW + timedelta(seconds=5))


@pytest.mark.shows("SYS-16")
def test_one_person_of_an_office_shuts_out_nobody_but_himself() -> None:
    """Thirty attempts at one account shut the whole office out."""
    for name in ("careless", "colleague"):
        make_user(username=name)
    for _ in range(MOST):
        attempt("careless", "falsch")
    assert not NetworkRule.objects.exists()
    assert attempt("colleague") == LoginOutcome.SUCCESS
    # He himself is not even asked any more, from there; from elsewhere he waits as an account does.
    assert attempt("careless", seconds=31) == LoginOutcome.RATE_LIMITED
    assert attempt("careless", seconds=31, address="198.51.100.1") == LoginOutcome.SUCCESS


@pytest.mark.shows("SYS-16")
def test_who_mistypes_and_then_signs_in_counts_for_nothing() -> None:
    names = [f"clerk{at}" for at in range(12)]
    for name in names:
        make_user(username=name)
        for _ in range(3):
            attempt(name, "falsch")
        assert attempt(name) == LoginOutcome.SUCCESS
    assert not NetworkRule.objects.exists()


def test_it_does_not_tell_which_accounts_there_are() -> None:
    """What is typed counts alike, whether there is such an account or not."""
    make_user(username="there")
    outcomes = {}
    for account, address in (("there", "198.51.100.1"), ("nobody", "198.51.100.2")):
        for _ in range(MOST):
            attempt(account, "falsch", address=address)
        outcomes[account] = attempt(account, "falsch", address=address)
        assert not NetworkRule.objects.exists()
    assert set(outcomes.values()) == {LoginOutcome.RATE_LIMITED}


@pytest.mark.shows("SYS-16")
def test_a_known_browser_is_let_in_to_its_own_account_alone() -> None:
    """An attacker behind the address of the last administrator keeps him out no more."""
    chief, clerk = make_user("admin", username="chef"), make_user(username="clerk")
    spray(MOST)
    assert attempt("chef", known=chief.pk) == LoginOutcome.SUCCESS
    assert attempt("chef", known=clerk.pk) == LoginOutcome.RATE_LIMITED
    assert attempt("nobody", known=chief.pk) == LoginOutcome.RATE_LIMITED
    assert attempt("chef", "falsch", known=chief.pk) == LoginOutcome.WRONG_PASSWORD


def test_this_machine_itself_is_never_blocked() -> None:
    make_user(username="chef")
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        spray(MOST, address=address)
        assert attempt("chef", address=address) == LoginOutcome.SUCCESS
    make_network_rule("127.0.0.0/8")
    assert attempt("chef", address="127.0.0.1") == LoginOutcome.SUCCESS


def test_what_is_no_address_is_not_blocked() -> None:
    assert (
        block_after_failures(address="", failures=30, lasts=timedelta(minutes=1), now=NOW) is None
    )


# --- By hand ---------------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-16")
def test_an_allowed_network_is_never_blocked() -> None:
    make_user(username="chef")
    make_network_rule("203.0.113.0/24", RuleKind.ALLOW, now=NOW)
    spray(2 * MOST)
    assert NetworkRule.objects.count() == 1
    make_network_rule(OFFICE, now=NOW)
    assert attempt("chef") == LoginOutcome.SUCCESS


@pytest.mark.shows("SYS-16")
def test_a_block_by_hand_holds_for_its_network_until_its_end() -> None:
    make_user(username="chef")
    make_network_rule("203.0.113.0/24", now=NOW, until=NOW + timedelta(hours=1))
    assert attempt("chef", address="203.0.113.250") == LoginOutcome.RATE_LIMITED
    assert attempt("chef", address="203.0.114.1") == LoginOutcome.SUCCESS
    assert attempt("chef", address="203.0.113.250", seconds=3600) == LoginOutcome.SUCCESS


@pytest.mark.shows("SYS-16")
def test_nobody_shuts_himself_out() -> None:
    chief = make_user("admin")
    for network in ("198.51.100.0/24", "198.51.100.9"):
        with pytest.raises(OwnAddress):
            make_network_rule(network, by=chief, address="198.51.100.9")
    make_network_rule("198.51.100.9", RuleKind.ALLOW, by=chief, address="198.51.100.9")
    make_network_rule("198.51.100.0/24", by=chief, address="198.51.100.9")


def test_the_same_rule_is_not_made_twice() -> None:
    make_network_rule("203.0.113.7")
    with pytest.raises(AlreadyRuled):
        make_network_rule("203.0.113.7/32")


@pytest.mark.parametrize(
    ("typed", "network"),
    [
        (" 203.0.113.7 ", "203.0.113.7/32"),
        ("203.0.113.9/24", "203.0.113.0/24"),
        ("203.0.113.0／24", "203.0.113.0/24"),
        ("2001:DB8::1/32", "2001:db8::/32"),
        ("0.0.0.0/0", None),
        ("10.0.0.0/7", None),
        ("203.0.113", None),
        ("", None),
    ],
)
def test_networks_as_they_are_typed(typed: str, network: str | None) -> None:
    if network is None:
        with pytest.raises(ValidationError):
            clean_network(typed)
    else:
        assert clean_network(typed) == network


# --- Who is told, and the way that is always left ------------------------------------------------------


@pytest.mark.shows("SYS-16")
def test_security_administrators_are_told_and_the_log_says_who() -> None:
    chief, other = make_user("admin", username="chef"), make_user("admin", username="other")
    make_network_rule("203.0.113.0/24", by=chief, now=NOW)
    spray(MOST, address="198.51.100.1")
    spray(MOST, address="198.51.100.2")
    entries = Entry.objects.filter(action="network.block").order_by("pk")
    assert [entry.actor for entry in entries] == [chief, None, None]
    told = Message.objects.filter(occasion="network.ruled")
    # Of blocks that made themselves one an hour.
    assert [told.filter(key__contains=f":{one.username}").count() for one in (other, chief)] == [
        2,
        1,
    ]
    assert f"{chief.name} 于" in told.filter(key__contains=":other").order_by("pk")[0].body


@pytest.mark.shows("SYS-16")
def test_whoever_sits_at_the_server_ends_all_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    make_network_rule("203.0.113.0/24", now=NOW)
    # As it is now, not when the run of all tests began: that may be longer ago than a block lasts.
    spray(MOST, address="198.51.100.1", seconds=(timezone.now() - NOW).total_seconds())
    call_command("release_networks")
    assert rule_for("203.0.113.5", now=timezone.now()) is None
    assert rule_for("198.51.100.1", now=timezone.now()) is None
    assert "已解除 2 条" in capsys.readouterr().out


def test_the_office_decides_how_long(django_user_model: type[User]) -> None:
    configure(BLOCK_TIME, timedelta(hours=2))
    configure(FAILURES_OF_ADDRESS, 6)
    spray(6)
    assert NetworkRule.objects.get().until == NOW + timedelta(hours=2)
    assert FAILURES_TO_LOCK.default < 6
