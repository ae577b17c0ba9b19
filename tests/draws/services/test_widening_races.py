"""Two operators widen the same draw at once: one draw comes of it. With its controls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from expertpool.draws.exceptions import WideningRefused
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.services import sealing, widening
from expertpool.draws.services.locking import lock_draw
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.widening import make_short_panel, widen_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)
ONE_OPEN = "draws_one_open_wideningrequest"
CONSTRAINT = "draws_widened_once"


@pytest.fixture
def base() -> Draw:
    draw = make_short_panel(now=NOW)
    # Nobody is seated until the operators give their values: what they race for is the seal.
    DrawPlan.objects.update(contributors=["operator"])
    return draw


@pytest.fixture
def widened_by_two(base: Draw, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Any]]:
    """Both have looked at the pool before either stores his draw, as far as the lock lets them."""
    barrier, evaluate = threading.Barrier(2), widening.evaluate

    def evaluate_together(*args: Any, **kwargs: Any) -> Any:
        found = evaluate(*args, **kwargs)
        try:
            # With the lock the other one is kept out, so waiting for him is soon given up.
            barrier.wait(timeout=1 if widening.lock_draw is lock_draw else 20)
        except threading.BrokenBarrierError:
            pass
        return found

    monkeypatch.setattr(widening, "evaluate", evaluate_together)
    operators = [make_user("operator"), make_user("operator")]
    return lambda: run_at_once(
        *(lambda one=one: widen_to(base, now=LATER, actor=one) for one in operators)  # type: ignore[misc]
    )


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def read(draw_id: int, **_: Any) -> Draw:
        return Draw.objects.select_related("project").get(pk=draw_id)

    numbers = (f"D{n}" for n in count(1))  # gapless numbers need the lock too
    monkeypatch.setattr(sealing, "next_number", lambda now: next(numbers))
    monkeypatch.setattr(widening, "lock_draw", read)
    monkeypatch.setattr(widening, "tell_held", lambda **_: nullcontext())
    monkeypatch.setattr(widening, "lock_transaction", lambda name: None)
    monkeypatch.setattr(widening, "lock_projects", lambda project: [project])
    # Only one may ask at a time, which would keep the second one out before he decides.
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [ONE_OPEN])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {ONE_OPEN}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE draws_draw CASCADE")
        cursor.execute(definition)


@pytest.fixture
def without_constraint(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The state of the project is moved conditionally, which would stop the second one, too.
    monkeypatch.setattr(sealing, "move_projects", lambda *_, **__: None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [CONSTRAINT])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {CONSTRAINT}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE draws_draw CASCADE")
        cursor.execute(definition)


def errors(results: list[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]


@pytest.mark.shows("DRAW-34")
def test_of_two_at_once_one_is_told_which_draw_widens_it(
    base: Draw, widened_by_two: Callable[[], list[Any]]
) -> None:
    (error,) = errors(widened_by_two())
    assert isinstance(error, WideningRefused)
    assert Draw.objects.get(widens=base).number in str(error)


def test_without_the_locks_the_constraint_refuses_the_second(
    base: Draw, widened_by_two: Callable[[], list[Any]], without_locks: None
) -> None:
    (error,) = errors(widened_by_two())
    assert isinstance(error, IntegrityError)
    assert CONSTRAINT in str(error)
    assert Draw.objects.filter(widens=base).count() == 1


def test_without_locks_and_constraint_there_are_two(
    base: Draw,
    widened_by_two: Callable[[], list[Any]],
    without_locks: None,
    without_constraint: None,
) -> None:
    """Negative control: the tests above would see a second draw."""
    assert not errors(widened_by_two())
    assert Draw.objects.filter(widens=base).count() == 2
