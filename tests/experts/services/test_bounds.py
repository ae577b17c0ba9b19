"""Who is too young, and days that nobody has lived, in every way in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.importing import CellRefused
from expertpool.core.validators import id_card_check_digit, validate_id_card
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import create_expert
from expertpool.experts.validators.values import birth, is_too_young

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=timezone.get_current_timezone())


def test_sixteen_years_are_counted_by_the_birthday() -> None:
    assert not is_too_young(date(2010, 11, 24), NOW.date())
    assert is_too_young(date(2010, 11, 25), NOW.date())
    assert not is_too_young(date(2008, 2, 29), date(2024, 2, 29))
    assert not is_too_young(None, NOW.date())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", date(2020, 1, 1)),
        ("birth_date", date(1899, 12, 31)),
        ("birth_date", "9999-12-31"),
        ("term_end_date", "9999-12-31"),
        ("term_start_date", date(1, 1, 1)),
        ("practice_years", 81),
        ("practice_years", -1),
        ("phone", "abc"),
        ("name", "王\x07明"),
        ("address", "某路\x1b[31m"),
    ],
)
def test_the_service_refuses_it_at_its_field(admin: User, field: str, value: Any) -> None:
    values = {"name": "王明", "phone": "13800000007"} | {field: value}
    with pytest.raises(ValidationError) as refused:
        create_expert(values=values, actor=admin, now=NOW)
    assert list(refused.value.message_dict) == [field]
    assert not Expert.objects.exists()


@pytest.mark.django_db
def test_marks_of_direction_that_nobody_sees_are_taken_out(admin: User) -> None:
    values = {"name": "王明", "phone": "13800000007", "remark": "读\u202e反"}
    expert = create_expert(values=values, actor=admin, now=NOW)
    expert.refresh_from_db()
    assert expert.remark == "读反"


@pytest.mark.parametrize("cell", ["1899-12", "2100-01-01", date(1, 1, 1), datetime(9999, 1, 1)])  # noqa: DTZ001
def test_a_cell_with_an_impossible_birthday_is_refused(cell: Any) -> None:
    with pytest.raises(CellRefused):
        birth(cell)


def test_an_id_card_of_another_century_is_refused() -> None:
    body = "11010118990307851"
    with pytest.raises(ValidationError, match="出生日期不存在"):
        validate_id_card(body + id_card_check_digit(body))
