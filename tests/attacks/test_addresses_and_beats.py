"""Who would shut himself or the office out by a rule of addresses, pass a block by a word, or fill tables by asking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.client import clean_network
from expertpool.draws.models import Draw
from expertpool.monitoring.models import Heartbeat, LastBeat, PublicVisit, Visit
from expertpool.monitoring.services.recording import MOST_OF_ONE, Beat, PublicSeen, Seen, write_seen
from expertpool.networks.enums import RuleKind
from expertpool.networks.exceptions import OwnAddress
from expertpool.networks.queries import KEPT, rule_for
from expertpool.networks.services.rules import block_after_failures, end_rule
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.monitoring import beats, seen
from tests.factories.networks import make_network_rule
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HERE = "2001:db8:1:2::5"


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    yield
    KEPT.forget()


# --- Rules ------------------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-16")
@pytest.mark.parametrize("network", [f"{HERE}/128", "2001:db8:1:2::/80", "2001:db8:1:2::/64"])
def test_nobody_shuts_out_his_own_address_of_ipv6(network: str) -> None:
    with pytest.raises(OwnAddress):
        make_network_rule(network, address=HERE)
    make_network_rule("2001:db8:1:2::6/128", address=HERE)


@pytest.mark.shows("SYS-16")
def test_nobody_ends_the_rule_by_which_he_is_here() -> None:
    admin = make_user("admin")
    allow = make_network_rule("203.0.113.0/24", RuleKind.ALLOW, by=admin)
    make_network_rule("203.0.113.7", by=admin, address="203.0.113.7")
    with pytest.raises(OwnAddress):
        end_rule(rule=allow, actor=admin, now=timezone.now(), address="203.0.113.7")
    found = rule_for("203.0.113.7", now=timezone.now())
    assert found is not None
    assert found.kind == RuleKind.ALLOW
    end_rule(rule=allow, actor=admin, now=timezone.now(), address="203.0.113.8")


@pytest.mark.shows("SYS-16")
def test_who_is_allowed_for_a_while_does_not_shut_himself_out_for_longer() -> None:
    soon = timezone.now() + timedelta(hours=1)  # not since the run began, which may last longer
    make_network_rule("203.0.113.0/24", RuleKind.ALLOW, until=soon)
    with pytest.raises(OwnAddress):
        make_network_rule("203.0.113.7", address="203.0.113.7")
    make_network_rule("203.0.113.7", address="203.0.113.7", until=soon)


@pytest.mark.shows("SYS-16")
def test_an_address_in_the_clothes_of_ipv6_is_blocked_as_what_it_is() -> None:
    assert clean_network("::ffff:203.0.113.7") == "203.0.113.7/32"
    assert clean_network("::ffff:203.0.113.0/120") == "203.0.113.0/24"
    make_network_rule("::ffff:203.0.113.7")
    for address in ("203.0.113.7", "::ffff:203.0.113.7"):
        assert rule_for(address, now=timezone.now()) is not None


@pytest.mark.shows("SYS-16")
def test_a_header_opens_no_page_at_a_blocked_address(client: Client) -> None:
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    now = timezone.now()  # of the look itself: a run of all tests may last longer than the block
    block_after_failures(address="203.0.113.7", failures=30, lasts=timedelta(hours=1), now=now)
    KEPT.read()
    assert client.get("/login/", headers={"Authorization": "x"}).status_code == 403


def test_that_the_process_lives_is_answered_while_the_database_is_away(
    client: Client, settings: Any
) -> None:
    settings.NETWORK_RULES_SECONDS = 0.001
    client.get("/login/")
    with connection.execute_wrapper(_away):
        assert client.get("/health/live/").status_code == 200


def _away(*_args: Any) -> Any:
    raise OperationalError


# --- What is written of whoever asks without end ------------------------------------------------------------


@pytest.mark.shows("SYS-20")
def test_heartbeats_by_a_program_fill_no_table() -> None:
    user = make_user()
    for batch in range(3):
        at = NOW + timedelta(seconds=5 * batch)
        write_seen(Beat(user.pk, at + timedelta(milliseconds=one)) for one in range(200))
    assert Heartbeat.objects.count() == 1
    beats(user, NOW + timedelta(seconds=60), NOW + timedelta(seconds=120))
    assert Heartbeat.objects.count() == 3


@pytest.mark.shows("SYS-22", "OPS-07")
def test_pages_by_a_program_fill_no_table() -> None:
    user, other = make_user(), make_user()
    write_seen([Seen(user.pk, NOW, "experts:list") for _ in range(500)])
    write_seen([Seen(other.pk, NOW, "experts:list")])
    assert Visit.objects.filter(user=user).count() == MOST_OF_ONE
    assert Visit.objects.filter(user=other).count() == 1
    addresses = [f"2001:db8:1:2::{one:x}" for one in range(500)]
    write_seen([PublicSeen(NOW, "draws:verify", one, "", "") for one in addresses])
    assert PublicVisit.objects.count() == MOST_OF_ONE


def test_the_heat_map_counts_no_years_in_memory(client: Client, admin: User) -> None:
    login(client, admin)
    page = client.get("/monitoring/hours/?days=2020-01-01 至 2026-11-01")
    assert (page.context["rows"], "最长 92 天" in page.content.decode()) == ([], True)


# --- What is told of it -------------------------------------------------------------------------------------


@pytest.mark.shows("SYS-22")
def test_no_look_stays_out_of_the_log_by_a_number_of_a_page(client: Client, admin: User) -> None:
    seen(make_user(name="李梅"), NOW)
    login(client, admin)
    page = client.get("/monitoring/visits/?page=2&q=李梅").content.decode()
    assert "李梅" in page
    client.get("/monitoring/hours/")
    entries = Entry.objects.filter(actor=admin, action__startswith="monitoring.").order_by("pk")
    assert [one.action for one in entries] == ["monitoring.visits", "monitoring.heat"]


@pytest.mark.shows("SYS-20")
def test_no_row_says_to_the_second_that_an_expert_is_there_while_names_are_sealed() -> None:
    user = make_user("expert")
    give_account(make_expert(), user)
    draw = make_draw(now=NOW, opens_in_hours=4)
    beats(user, NOW)
    assert not LastBeat.objects.filter(user=user).exists()
    assert [one.at.minute for one in Heartbeat.objects.filter(user=user)] == [0]
    Draw.objects.filter(pk=draw.pk).update(released_at=NOW)
    beats(user, NOW + timedelta(minutes=2))
    assert LastBeat.objects.filter(user=user).exists()
