"""Live SQL blocks an office, or lets an address guess without end, in anybody's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows
from expertpool.networks.enums import RuleKind
from expertpool.networks.exceptions import AlreadyRuled
from expertpool.networks.models import NetworkRule
from expertpool.networks.queries import KEPT, counted_since, rule_for
from expertpool.networks.services.rules import end_rule
from tests.factories.networks import make_network_rule
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OFFICE = "198.51.100.7"


def write(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert(kind: str, user: User) -> None:
    write(
        "INSERT INTO networks_networkrule (uid, kind, network, reason, is_automatic, made_at, made_by_id)"
        " VALUES (gen_random_uuid(), %s, '198.51.100.0/24', '维护', false, now(), %s)",
        kind,
        user.pk,
    )


@pytest.mark.parametrize("kind", ["block", "allow"])
def test_a_rule_that_somebody_writes_holds_for_nobody_and_is_told(
    admin: User, supervisor: User, kind: str
) -> None:
    insert(kind, supervisor)
    KEPT.read()
    assert rule_for(OFFICE, now=timezone.now()) is None
    assert KEPT.rule_for(OFFICE, now=timezone.now()) is None
    assert forged_rows(now=NOW) == {"受限地址": 1}
    tab = "" if kind == "block" else "allow"
    page = login(Client(), admin).get(f"/networks/?tab={tab}").content.decode()
    assert "不是本系统写入" in page
    # It keeps nobody from ruling the network here.
    rule = make_network_rule("198.51.100.0/24", RuleKind(kind), by=admin)
    found = rule_for(OFFICE, now=timezone.now())
    assert found is not None
    assert found.pk == rule.pk
    with pytest.raises(AlreadyRuled):
        make_network_rule("198.51.100.0/24", RuleKind(kind), by=admin)


@pytest.mark.parametrize(
    "change", ["kind = 'allow'", "network = '0.0.0.0/0'", "until = now() + interval '9 years'"]
)
def test_nor_does_one_that_he_alters(admin: User, change: str) -> None:
    make_network_rule(f"{OFFICE}/32", by=admin)
    assert rule_for(OFFICE, now=timezone.now()) is not None
    write(f"UPDATE networks_networkrule SET {change}")  # noqa: S608
    assert rule_for(OFFICE, now=timezone.now()) is None
    assert forged_rows(now=NOW) == {"受限地址": 1}


def test_one_that_is_over_is_not_brought_back_by_a_copy(admin: User) -> None:
    rule = make_network_rule(f"{OFFICE}/32", by=admin)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept AS SELECT * FROM networks_networkrule")
    end_rule(rule=rule, actor=admin, now=timezone.now() + timedelta(seconds=1))
    assert counted_since(OFFICE) is not None
    assert forged_rows(now=NOW) == {}
    write("UPDATE kept SET id = id + 1000")
    with pytest.raises(IntegrityError), transaction.atomic():
        write("INSERT INTO networks_networkrule OVERRIDING SYSTEM VALUE SELECT * FROM kept")


def test_that_he_ends_one_is_told_and_forgets_no_failures(admin: User) -> None:
    make_network_rule(f"{OFFICE}/32", by=admin)
    write("UPDATE networks_networkrule SET ended_at = now()")
    assert counted_since(OFFICE) is None
    assert forged_rows(now=NOW) == {"受限地址": 1}
    assert NetworkRule.objects.count() == 1
