"""Small things that clerks write around a value."""

from __future__ import annotations

from datetime import date

import pytest

from expertpool.core.importing import CellRefused, day
from expertpool.directory.queries import unit_name
from expertpool.experts.queries.availability import last_day
from expertpool.experts.validators.regions import Regions
from expertpool.experts.validators.standing import says_gone
from expertpool.experts.validators.values import TermYears, birth, oddities, term_end


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1975年10月生", "1975-10"),
        ("1975年10月5号", "1975-10-05"),
        ("1975.10.", "1975-10"),
        ("1975年10月5日出生", "1975-10-05"),
        ("75年3月5日", "1975-03-05"),
        ("75.3", "1975-03"),
        (75.3, "1975-03"),
        ("1975年3月5日（51岁）", "1975-03-05"),
        ("1975.3（51 周岁）", "1975-03"),
        ("1975年3月5日，现年51岁", "1975-03-05"),
        ("1975-03（51）", "1975-03"),
        ("1975-03-05 星期三", "1975-03-05"),
        ("1975年3月5日（周三）", "1975-03-05"),
        ("1975年3月5日 星期三 0:00", "1975-03-05"),
        ("25/12/1965", "1965-12-25"),
        ("12.25.1965", "1965-12-25"),
        ("03/03/1965", "1965-03-03"),
        ("Oct 12, 1966", "1966-10-12"),
        ("12 October 1966", "1966-10-12"),
        ("Sept. 3, 1966", "1966-09-03"),
        ("3-Oct-1966", "1966-10-03"),
    ],
)
def test_a_birthday(typed: str | float, read: str) -> None:
    assert str(birth(typed)) == read


def test_of_a_day_that_may_be_two_it_is_said_which() -> None:
    with pytest.raises(CellRefused) as refused:
        birth("03/05/1965")
    assert "3 月 5 日，也可能是 5 月 3 日，请写成像 1965-03-05" in refused.value.detail


@pytest.mark.parametrize(
    ("typed", "is_odd"),
    [("1975-3（51岁）", False), ("1975-3（40岁）", False), ("1957-3（51岁）", True)],
)
def test_an_age_that_is_another_one_is_to_be_looked_at(typed: str, is_odd: bool) -> None:
    born, today = birth(typed), date(2026, 11, 30)
    assert born
    values = {"birth": born, "birth_date": born.as_date()}
    told = list(oddities(values, born=born.as_date(), today=today, regions=Regions(())))
    assert [label for label, _, _ in told] == ["出生年月"] * is_odd


def test_the_day_of_the_week_is_no_part_of_another_day() -> None:
    assert day("2024年3月1日（星期五）") == day("2024-03-01 周五") == date(2024, 3, 1)


@pytest.mark.parametrize("typed", ["生于1975", 75.1, "05年3月"])  # of a number: January or October
def test_what_is_no_birthday_is_refused(typed: str | float) -> None:
    with pytest.raises(CellRefused):
        birth(typed)


@pytest.mark.parametrize(
    ("typed", "until"),
    [("半年", date(2026, 6, 30)), ("3年", date(2028, 12, 31)), (3.0, date(2028, 12, 31))],
)
def test_a_term_that_says_how_long_it_is(typed: str | float, until: date) -> None:
    term = term_end(typed)
    assert isinstance(term, TermYears)
    assert last_day(date(2026, 1, 1), term.years, months=term.months) == until


def test_half_a_year_ends_within_its_month() -> None:
    assert last_day(date(2026, 8, 31), 0, months=6) == date(2027, 2, 27)


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


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("remark", "said"),
    [
        *((one, one) for one in ("调走", "失联", "联系不上", "已换人", "停职", "留置", "人已不在")),
        *(
            ("已调往广州市", "调往"),
            ("已转到省库", "转到省库"),
            ("2024年起不再从事评审", "不再从事"),
        ),
        *(("身体原因不能参加", "不能参加"), ("由张三接替", "由张三接替"), ("移民加拿大", "移民")),
        *((one, "") for one in ("未受处分", "协调到位", "组长", "调研员", "2019年入库", "未退休")),
        *(("受到行政处罚", "受到行政处罚"), ("未受行政处罚", ""), ("从未受过刑事处罚", "")),
    ],
)
def test_a_remark_that_says_who_has_left(remark: str, said: str) -> None:
    assert says_gone(remark) == said
