"""Small things that clerks write around a value."""

from __future__ import annotations

from datetime import date

import pytest

from expertpool.core.importing import CellRefused
from expertpool.directory.queries import unit_name
from expertpool.experts.validators.regions import Regions
from expertpool.experts.validators.values import birth, oddities


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1975年10月生", "1975-10"),
        ("1975年10月5号", "1975-10-05"),
        ("1975.10.", "1975-10"),
        ("1975年10月5日出生", "1975-10-05"),
    ],
)
def test_a_birthday(typed: str, read: str) -> None:
    assert str(birth(typed)) == read


def test_what_is_no_birthday_is_refused() -> None:
    with pytest.raises(CellRefused):
        birth("生于1975")


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("荆门设计院。", "荆门设计院"),
        ("“荆门设计院”", "荆门设计院"),
        ("“长江”渔业合作社", "“长江”渔业合作社"),
        ("荆门“长江”", "荆门“长江”"),
    ],
)
def test_a_unit(typed: str, read: str) -> None:
    assert unit_name(typed) == read


@pytest.mark.shows("EXP-08")
def test_who_is_not_named_yet_is_to_be_looked_at() -> None:
    values = {"name": "待定", "employer": "本单位"}
    odd = oddities(values, born=None, today=date(2026, 11, 28), regions=Regions(()))
    assert [(label, value) for label, value, _ in odd] == [("姓名", "待定"), ("工作单位", "本单位")]
