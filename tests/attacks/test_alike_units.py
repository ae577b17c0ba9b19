"""Names that are all alike, by the thousand, hold up neither the workers nor a preview."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from expertpool.core.jobs import app
from expertpool.directory.models import Unit, UnitPair
from expertpool.directory.queries.near import near_units_each
from expertpool.directory.services.near import MOST_PAIRS, compare_units

pytestmark = pytest.mark.django_db
ALIKE = 600


def alike(number: int, more: str = "") -> str:
    two = chr(0x5000 + number // 60) + chr(0x7000 + number % 60)
    return f"江南省水利水电勘测规划设计研究院分部{two}{more}"


@pytest.fixture(params=["never", "while empty", "now"])
def crowd(request: pytest.FixtureRequest) -> None:
    """Units that are all alike; the database last counted its rows at the time of the parameter."""
    counted = request.param
    if counted == "while empty":
        count_rows()
    names = [alike(number) for number in range(ALIKE)]
    Unit.objects.bulk_create(Unit(name=name, normalised_name=name) for name in names)
    if counted == "now":
        count_rows()


def count_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_unit, directory_unitalias")


def test_the_comparison_is_done_in_seconds_and_keeps_few_pairs(crowd: None) -> None:
    """Of 1,500 it took a quarter of an hour and a gigabyte, and kept each with each; and as long where the
    database still took the table for empty. (What takes minutes here ends by the limit of each test.)"""
    while compare_units():
        pass
    assert ALIKE / 2 <= UnitPair.objects.count() <= ALIKE * MOST_PAIRS


def test_so_is_what_a_preview_says_of_new_ones(crowd: None) -> None:
    found = near_units_each([(alike(number, "新"), "") for number in range(200)])
    assert {len(near) for near in found} == {5}


def test_no_second_comparison_runs_beside_one() -> None:
    """Each five minutes another one took the next worker for heavy jobs."""
    task: Any = app.tasks["directory.compare_units"]
    assert task.lock == task.queueing_lock == "directory.compare_units"
