"""Who cannot be drawn and why; who is tied to which unit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.availability import (
    avoided_expert_ids,
    day_start,
    expert_units,
    out_of_term,
    years_before,
)
from tests.factories.experts import NOW, make_expert, make_unit

OPENING = day_start(date(2026, 12, 1)) + timedelta(hours=9)


@pytest.mark.parametrize(
    ("start", "end", "outside"),
    [
        (None, None, False),
        (date(2026, 12, 1), date(2026, 12, 1), False),
        (date(2026, 12, 2), None, True),
        (None, date(2026, 11, 30), True),
        (date(2020, 1, 1), date(2026, 11, 23), True),
    ],
)
@pytest.mark.shows("EXP-48")
def test_the_term_counts_on_the_day_of_the_opening(
    db: None, start: date | None, end: date | None, outside: bool
) -> None:
    make_expert(term_start_date=start, term_end_date=end)
    assert Expert.objects.filter(out_of_term(OPENING, now=NOW)).exists() is outside


def test_an_opening_late_at_night_belongs_to_its_day_in_shanghai(db: None) -> None:
    make_expert(term_end_date=date(2026, 12, 1))
    late = day_start(date(2026, 12, 2)) - timedelta(minutes=1)
    assert not Expert.objects.filter(out_of_term(late, now=NOW)).exists()
    later = late + timedelta(minutes=1)
    assert Expert.objects.filter(out_of_term(later, now=NOW)).exists()


@pytest.mark.parametrize(
    ("kind", "end", "tied"),
    [
        ("declared", None, True),
        ("current_employer", None, True),
        ("past_employer", date(2023, 12, 1), True),  # three years to the day
        ("past_employer", date(2023, 11, 30), False),
        ("declared", date(2020, 1, 1), False),
    ],
)
@pytest.mark.shows("PORT-24", "PORT-25")
def test_a_past_tie_counts_for_three_years(
    db: None, kind: str, end: date | None, tied: bool
) -> None:
    unit, expert = make_unit(), make_expert()
    AvoidanceUnit.objects.create(expert=expert, unit=unit, kind=kind, end_date=end)
    assert avoided_expert_ids([unit.pk], on=OPENING) == ({expert.pk} if tied else set())


def test_the_employer_is_a_tie_and_other_units_are_none(db: None) -> None:
    unit, other = make_unit(), make_unit()
    expert = make_expert(employer=unit)
    make_expert(employer=other)
    assert avoided_expert_ids([unit.pk], on=OPENING) == {expert.pk}
    assert avoided_expert_ids([], on=OPENING) == set()


def test_where_each_expert_works(db: None) -> None:
    here, there, before = make_unit(), make_unit(), make_unit()
    expert, free = make_expert(employer=here), make_expert()
    for unit, kind in ((there, "current_employer"), (before, "past_employer")):
        AvoidanceUnit.objects.create(expert=expert, unit=unit, kind=kind)
    units = expert_units([expert.pk, free.pk])
    assert units == {expert.pk: {here.pk, there.pk}, free.pk: set()}


def test_years_before_a_leap_day() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)
