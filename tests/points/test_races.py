"""Two who write points of one expert at once: both count, the same once. With their controls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from expertpool.experts.models import Expert
from expertpool.points.models import PointAccount, PointEntry
from expertpool.points.queries.ledger import balance_of
from expertpool.points.services import ledger
from tests.draws.services.test_races import run_at_once
from tests.factories.experts import make_expert
from tests.factories.points import make_entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
hold_account = ledger.hold_account


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    make_entry(row, points=5, now=NOW)
    return row


def give(expert: Expert, points: int, key: str) -> Callable[[], Any]:
    return lambda: ledger.credit(expert_id=expert.pk, points=points, label="试办", key=key, now=NOW)


@pytest.fixture
def meeting(expert: Expert, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both go on together once they hold the account, as far as the lock lets them."""
    barrier = threading.Barrier(2)

    def hold_and_meet(expert: Expert, *, now: datetime) -> PointAccount:
        account: PointAccount = hold_account(expert, now=now)
        try:
            barrier.wait(timeout=1)
        except threading.BrokenBarrierError:
            pass
        return account

    monkeypatch.setattr(ledger, "hold_account", hold_and_meet)


@pytest.fixture
def without_lock(expert: Expert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ledger, "hold_account", lambda expert, now: PointAccount.objects.get(expert=expert)
    )
    # Once both have read the last entry: on a busy machine one may have written before the other looks.
    barrier, create = threading.Barrier(2), PointEntry.objects.create

    def meet_and_create(**values: Any) -> PointEntry:
        barrier.wait(timeout=20)
        return create(**values)

    monkeypatch.setattr(PointEntry.objects, "create", meet_and_create)


@pytest.mark.shows("OVW-04")
@pytest.mark.usefixtures("meeting")
def test_two_at_once_both_count(expert: Expert) -> None:
    results = run_at_once(give(expert, 3, "a"), give(expert, -1, "b"))
    assert all(isinstance(one, PointEntry) for one in results)
    assert balance_of(expert) == 7


@pytest.mark.usefixtures("meeting")
def test_the_same_at_once_counts_once(expert: Expert) -> None:
    results = run_at_once(give(expert, 3, "a"), give(expert, 3, "a"))
    assert sorted(map(type, results), key=str) == sorted([PointEntry, type(None)], key=str)
    assert balance_of(expert) == 8


@pytest.mark.usefixtures("without_lock")
def test_without_the_lock_the_database_refuses_one(expert: Expert) -> None:
    """Negative control: both would have gone on from the same entry."""
    results = run_at_once(give(expert, 3, "a"), give(expert, -1, "b"))
    assert [type(one) for one in results if isinstance(one, Exception)] == [IntegrityError]
    assert balance_of(expert) == PointEntry.objects.order_by("-n")[0].balance
