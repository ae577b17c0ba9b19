"""A panel moves to a day for which somebody else is drawn at this moment; with the negative controls."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from expertpool.core.locks import lock_transaction
from expertpool.draws.enums import AlarmKind
from expertpool.draws.models import DrawAlarm, Hold
from expertpool.draws.services import holding, rescheduling, sealing
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import start_draw
from tests.draws.services.test_races import (
    CONSTRAINT,
    run_at_once,
    without_constraint,
    without_lock,
)
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_ready_project, seats_held
from tests.factories.experts import make_expert

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
FIXTURES = (without_constraint, without_lock)  # of the other races


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both look who is taken on that day before either is stored, as far as the lock lets them."""
    barrier = threading.Barrier(2)

    def together(look: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*args: Any, **kwargs: Any) -> Any:
            found = look(*args, **kwargs)
            if threading.current_thread() is threading.main_thread():
                return found  # the panel that moves is drawn here, before the race
            try:
                barrier.wait(timeout=1 if sealing.lock_transaction is lock_transaction else 20)
            except threading.BrokenBarrierError:
                pass
            return found

        return looked

    monkeypatch.setattr(sealing, "evaluate", together(sealing.evaluate))
    monkeypatch.setattr(holding, "conflicts_of", together(holding.conflicts_of))


@pytest.fixture
def without_any_lock(without_lock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescheduling, "lock_transaction", lambda name: None)


def move_and_draw_at_once() -> list[Any]:
    """The panel of all three experts moves to the day for which another draw wants all three."""
    for _ in range(3):
        make_expert()
    operator = make_user("operator")
    panel = make_draw(now=NOW, operator=operator, seats=3, seed=1)
    project = make_ready_project(now=NOW, seats=3, opens_in_hours=96)
    meetings = [NewMeeting(panel.project_id, NOW + timedelta(hours=96), "北楼")]

    def move() -> Any:
        return reschedule(
            draw=panel,
            meetings=meetings,
            reason="答疑延期",
            actor=operator,
            now=NOW,
            entropy=SeededEntropy(2),
        )

    def draw() -> Any:
        return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(3))

    return run_at_once(move, draw)


def twice_booked() -> int:
    """How many experts are held for two panels on one day."""
    rows = (
        Hold.objects.filter(active=True)
        .order_by("invitation_id", "during")
        .distinct("invitation_id")
    )
    counts = Counter(bytes(holder) for holder in rows.values_list("holder", flat=True))
    return sum(count > 1 for count in counts.values())


@pytest.mark.shows("DRAW-08", "DRAW-15")
def test_nobody_is_held_twice(meeting: None) -> None:
    results = move_and_draw_at_once()
    assert not [result for result in results if isinstance(result, Exception)]
    assert twice_booked() == 0
    assert seats_held() == 3


def test_without_the_lock_the_constraint_refuses_one(meeting: None, without_any_lock: None) -> None:
    results = move_and_draw_at_once()
    # Either the move is refused, or the new draw waits for its order.
    for error in (result for result in results if isinstance(result, Exception)):
        assert isinstance(error, IntegrityError | OperationalError)
        assert CONSTRAINT in str(error) or "exclusion constraint" in str(error)
    refused = sum(isinstance(result, Exception) for result in results)
    assert refused + DrawAlarm.objects.filter(kind=AlarmKind.ORDER).count() == 1
    assert twice_booked() == 0


def test_without_lock_and_constraint_experts_are_booked_twice(
    meeting: None,
    without_any_lock: None,
    without_constraint: None,
) -> None:
    """Negative control."""
    results = move_and_draw_at_once()
    assert not [result for result in results if isinstance(result, Exception)]
    assert twice_booked() == 3
