"""Two windows of one rater at once: one rating. With its control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import Evaluation, Rating
from expertpool.evaluations.services import rating
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_evaluation, rate_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
hold_evaluation = rating.hold_evaluation


@pytest.fixture
def rater() -> User:
    return make_user("operator")


@pytest.fixture
def row(rater: User) -> Evaluation:
    return make_evaluation(rater, now=NOW)


def _meet(patch: pytest.MonkeyPatch, hold: Callable[..., Any], *, wait: int) -> None:
    """Let both go on together once they hold the project's ratings, as far as the lock lets them."""
    barrier = threading.Barrier(2)

    def hold_and_meet(evaluation: Evaluation) -> Evaluation:
        held: Evaluation = hold(evaluation)
        try:
            barrier.wait(timeout=wait)
        except threading.BrokenBarrierError:
            pass
        return held

    patch.setattr(rating, "hold_evaluation", hold_and_meet)


def rate_twice(row: Evaluation, rater: User) -> list[str]:
    results = run_at_once(*(lambda: rate_all(row, rater, now=NOW) for _ in range(2)))
    return sorted(type(one).__name__ for one in results)


@pytest.mark.shows("EXP-29")
def test_who_rates_twice_at_once_has_rated_once(
    row: Evaluation, rater: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meet(monkeypatch, hold_evaluation, wait=1)
    assert rate_twice(row, rater) == [EvaluationRefused.__name__, "list"]
    assert Rating.objects.count() == 2  # one of each of two experts


def test_without_the_lock_the_database_refuses_one(
    row: Evaluation, rater: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both were in the middle of it, and the constraint alone told them apart."""
    _meet(monkeypatch, lambda one: Evaluation.objects.get(pk=one.pk), wait=20)
    assert rate_twice(row, rater) == [EvaluationRefused.__name__, "list"]
    assert Rating.objects.count() == 2


def test_control_without_lock_and_constraint_both_have_rated(
    row: Evaluation, rater: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meet(monkeypatch, lambda one: Evaluation.objects.get(pk=one.pk), wait=20)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'evaluations_expert_once'"
        )
        ((definition,),) = cursor.fetchall()
        cursor.execute("DROP INDEX evaluations_expert_once")
    try:
        assert rate_twice(row, rater) == ["list", "list"]
        assert Rating.objects.count() == 4
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE evaluations_rating CASCADE")
            cursor.execute(definition)
