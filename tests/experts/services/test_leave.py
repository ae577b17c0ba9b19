"""Leaves: filed, over by themselves, cancelled."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.exceptions import LeaveRefused
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.availability import on_leave
from expertpool.experts.services.leave import cancel_leave, file_leave
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert

DAY = timedelta(days=1)


def leave(expert: Expert, start: timedelta, end: timedelta, **kw: Any) -> Leave:
    values = {"reason": "出国", "actor": None, "now": NOW} | kw
    return file_leave(expert=expert, start=NOW + start, end=NOW + end, **values)


def away(expert: Expert, start: timedelta, hours: int = 4) -> bool:
    at = NOW + start
    return Expert.objects.filter(on_leave(at, at + timedelta(hours=hours)), pk=expert.pk).exists()


@pytest.mark.shows("PORT-21", "PORT-22", "PORT-23")
def test_away_in_the_time_and_back_after_it_without_any_action(admin: User) -> None:
    expert = make_expert()
    leave(expert, DAY, 3 * DAY, actor=admin)
    assert [days for days in range(5) if away(expert, days * DAY)] == [1, 2]
    assert away(expert, DAY - timedelta(hours=1), hours=2)  # overlaps the beginning
    assert not away(expert, DAY - timedelta(hours=4))  # ends as the leave begins
    entry = Entry.objects.get(action="expert.leave")
    assert entry.after == {"请假时间": "2026-11-25 09:30 至 2026-11-27 09:30"}


@pytest.mark.parametrize(
    ("start", "end", "reason", "words"),
    [
        (2 * DAY, DAY, "出国", "不晚于开始"),
        (DAY, DAY, "出国", "不晚于开始"),
        (-2 * DAY, -DAY, "出国", "已过"),
        (DAY, 2 * DAY, " ", "事由"),
        (2 * DAY, 5 * DAY, "出国", "2026-11-25 09:30 至 2026-11-27 09:30"),
    ],
)
@pytest.mark.shows("PORT-21")
def test_what_is_refused_in_words(
    db: None, start: timedelta, end: timedelta, reason: str, words: str
) -> None:
    expert = make_expert()
    leave(expert, DAY, 3 * DAY)
    with pytest.raises(LeaveRefused, match=words):
        leave(expert, start, end, reason=reason)
    assert Leave.objects.count() == 1


def test_leaves_may_touch(db: None) -> None:
    expert = make_expert()
    leave(expert, DAY, 2 * DAY)
    leave(expert, 2 * DAY, 3 * DAY)
    leave(make_expert(), DAY, 2 * DAY)
    assert Leave.objects.count() == 3


@pytest.mark.shows("PORT-23")
def test_cancelled_early_he_is_back_at_once(admin: User) -> None:
    expert = make_expert()
    row = leave(expert, DAY, 9 * DAY)
    cancel_leave(leave=row, actor=admin, now=NOW + DAY)
    assert not away(expert, 2 * DAY)
    leave(expert, 3 * DAY, 4 * DAY)  # the cancelled one is not in the way
    for at, words in ((NOW + DAY, "已经销假"), (NOW + 9 * DAY, "无须销假")):
        with pytest.raises(LeaveRefused, match=words):
            cancel_leave(leave=row, actor=admin, now=at)


# --- Two clerks file at the same moment -----------------------------------------------------------


@pytest.mark.shows("PORT-21")
def test_an_expert_files_no_leave_that_began_long_ago(admin: User) -> None:
    user = make_user("expert")
    expert = make_expert(user=user)
    with pytest.raises(LeaveRefused, match="核对年份"):
        leave(expert, -6 * 365 * DAY, DAY, actor=user)
    leave(expert, -30 * DAY, DAY, actor=user)
    # The office enters afterwards what was told by telephone.
    leave(make_expert(), -60 * DAY, DAY, actor=admin)


def file_at_once() -> list[str]:
    expert = make_expert()
    barrier, outcomes = threading.Barrier(2), list[str]()

    def file() -> None:
        try:
            barrier.wait(timeout=20)
            leave(expert, DAY, 2 * DAY)
            outcomes.append("filed")
        except LeaveRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=file) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("PORT-21")
def test_of_two_overlapping_leaves_at_once_one_is_refused() -> None:
    assert file_at_once() == ["filed", "refused"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_both_would_be_filed() -> None:
    """The control of the race."""
    name = "experts_leave_no_overlap"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        (stood,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE experts_leave DROP CONSTRAINT {name}")
    try:
        assert file_at_once() == ["filed", "filed"]
    finally:
        Leave.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE experts_leave ADD CONSTRAINT {name} {stood}")
