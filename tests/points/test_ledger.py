"""The ledger: each entry once, the balance always the sum of all, whatever is written."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expertpool.audit.models import Entry as LogEntry
from expertpool.core.fields import is_vouched
from expertpool.core.health import Health
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.points.enums import Cause
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import PointAccount, PointEntry
from expertpool.points.queries.ledger import balance_of
from expertpool.points.services.corrections import decide_correction
from expertpool.points.services.health import find_ledger
from expertpool.points.services.ledger import carry_over, credit
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.points import ask_correction, make_entry

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture
def expert() -> Expert:
    return make_expert("王立新")


@pytest.mark.shows("OVW-04")
def test_the_balance_is_the_sum_and_a_key_counts_once(expert: Expert) -> None:
    for points in (5, -3, 10):
        make_entry(expert, points=points, now=NOW)
    given = {"expert_id": expert.pk, "points": 7, "label": "规则", "key": "once", "now": NOW}
    assert credit(**given) is not None
    assert credit(**given) is None
    rows = list(PointEntry.objects.filter(expert=expert).order_by("n"))
    assert [(one.n, one.before, one.points, one.balance) for one in rows] == [
        (1, 0, 5, 5),
        (2, 5, -3, 2),
        (3, 2, 10, 12),
        (4, 12, 7, 19),
    ]
    assert balance_of(expert) == sum(one.points for one in rows) == 19
    assert all(map(is_vouched, rows))
    logged = LogEntry.objects.filter(action="points.entry", subject_id=str(expert.pk))
    assert logged.count() == 4


def test_nought_and_too_much_are_refused(expert: Expert) -> None:
    for points in (0, 10_001, -10_001):
        with pytest.raises(PointsRefused, match="积分"):
            credit(expert_id=expert.pk, points=points, label="规则", key="x", now=NOW)
    assert not PointEntry.objects.exists()


INSERT = (
    "INSERT INTO points_pointentry (expert_id, n, points, before, balance, cause, label, note, key, at, proof)"
    " VALUES (%s, %s, %s, %s, %s, 'event', '', '', %s, now(), '')"
)


@pytest.mark.shows("OVW-04")
@pytest.mark.parametrize(
    ("n", "points", "before", "balance"),
    [
        (2, 10, 5, 16),  # is not the sum
        (2, 10, 6, 16),  # goes on from another balance
        (3, 10, 5, 15),  # leaves one out
        (1, 10, 0, 10),  # is there already
        (2, 10, 0, 10),  # begins anew
    ],
)
def test_the_database_refuses_what_does_not_add_up(
    expert: Expert, n: int, points: int, before: int, balance: int
) -> None:
    make_entry(expert, points=5, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [expert.pk, n, points, before, balance, f"forged {n}"])


@pytest.mark.shows("OVW-04")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_pointentry SET points = 50, balance = 50",
        "DELETE FROM points_pointentry",
        "UPDATE points_pointaccount SET balance = 50",
        "UPDATE points_pointaccount SET n = 3, balance = 50",  # no such entry
        # The first entry again: its balance is one of the ledger, but not the last.
        "UPDATE points_pointaccount SET n = 1, balance = 5",
    ],
)
def test_neither_entries_nor_accounts_go_back(expert: Expert, statement: str) -> None:
    make_entry(expert, points=5, now=NOW)
    make_entry(expert, points=-3, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert balance_of(expert) == 2


def test_an_entry_that_somebody_else_wrote_is_known_told_and_taken_back(expert: Expert) -> None:
    make_entry(expert, points=5, now=NOW)
    assert find_ledger(NOW).state == Health.OK
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [expert.pk, 2, 100, 5, 105, "forged"])
    forged = PointEntry.objects.select_related("expert").get(key="forged")
    assert not is_vouched(forged)
    assert find_ledger(NOW).state == Health.FAILED
    # His account still shows what was written here; what comes goes on from the entries.
    assert balance_of(expert) == 5
    make_entry(expert, points=1, now=NOW)
    assert balance_of(expert) == 106
    admin = make_user("admin")
    decide_correction(
        request=ask_correction(expert, admin, counters=forged),
        agree=True,
        note="",
        actor=make_user("admin"),
        now=timezone.now(),
    )
    assert balance_of(expert) == 6


def test_a_merged_record_gives_its_points_to_the_one_that_stays(expert: Expert) -> None:
    other = make_expert("王立新")
    make_entry(expert, points=5, now=NOW)
    make_entry(other, points=8, now=NOW)
    merge_experts(
        keep=expert,
        close=other,
        taken=(),
        reason="同一人",
        knowing=True,
        actor=make_user("admin"),
        now=NOW,
    )
    assert (balance_of(expert), balance_of(other)) == (13, 0)
    assert PointEntry.objects.filter(cause=Cause.MERGED).count() == 2
    carry_over(closed_id=other.pk, kept_id=expert.pk, now=NOW)
    assert balance_of(expert) == 13
    # What still comes for the closed one goes to the other.
    make_entry(other, points=1, now=NOW + timedelta(days=1))
    assert (balance_of(expert), balance_of(other)) == (14, 0)
    assert PointAccount.objects.get(expert=other).balance == 0
