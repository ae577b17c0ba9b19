"""Two telephone programs, on two machines, and one man whom two draws ask. With its control."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.core.locks import session_lock
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.services import calls
from expertpool.telephone.services.calls import Taken
from tests.draws.services.test_races import run_at_once
from tests.telephone.test_agent import letter, line_chosen  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def both_take(monkeypatch: pytest.MonkeyPatch) -> list[Taken]:
    """Let two programs look whom the other calls before either has taken a call, as far as the lock lets them."""
    barrier, look = threading.Barrier(2), calls._numbers_called
    is_locked = calls.session_lock is session_lock

    def look_together() -> Any:
        found = look()
        try:
            barrier.wait(timeout=1 if is_locked else 20)
        except threading.BrokenBarrierError:
            pass
        return found

    monkeypatch.setattr(calls, "_numbers_called", look_together)
    now = timezone.now()
    found = run_at_once(*(lambda name=name: calls.take(agent=name, now=now) for name in "ab"))
    assert all(one is None or isinstance(one, Taken) for one in found), found
    return [one for one in found if one]


@pytest.mark.shows("DRAW-40")
def test_one_number_is_called_by_one_program_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for draw in "12":
        letter("13800138001", key=draw)
    (taken,) = both_take(monkeypatch)
    (waiting,) = Message.objects.filter(state=DeliveryState.QUEUED)
    assert (waiting.attempts, waiting.refusals) == (0, 0)
    later = timezone.now()
    assert calls.take(agent="b", now=later) is None
    calls.end(call_id=taken.call_id, outcome=CallOutcome.NO_ANSWER, now=later)
    after = calls.take(agent="b", now=later + timedelta(seconds=1))
    assert after is not None
    assert after.number == taken.number


def test_two_numbers_are_called_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    for at in "12":
        letter(f"1380013800{at}", key=at)
    assert len({one.number for one in both_take(monkeypatch)}) == 2


def test_without_the_lock_he_is_called_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: so it was while each program knew of its own calls alone."""
    monkeypatch.setattr(calls, "session_lock", lambda name: None)
    monkeypatch.setattr(calls, "unlock_session", lambda name: None)
    for draw in "12":
        letter("13800138001", key=draw)
    assert len(both_take(monkeypatch)) == 2
