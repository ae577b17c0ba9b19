"""What is taken as a score, and what is refused with which words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from expertpool.reviews.calculation import (
    Formula,
    Indicator,
    Kind,
    ScoreRefused,
    check_score,
    read_value,
)
from tests.reviews.calculation.rules import GRADES, score, simple

D = Decimal
HALVES = score("1.1", 10, low=D(2), step=D("0.5"), ends=True, below=D(4), above=D(9))
GRADE = Indicator("1.2", "等级", Kind.GRADE, grades=GRADES, ends=True)
CHECK = Indicator("1.3", "执照", Kind.CHECK)
TEXT = Indicator("1.4", "意见", Kind.TEXT, mandatory=False)
PRICE = Indicator("1.5", "价格", Kind.PRICE, high=D(30), formula=Formula())
RULE = simple(HALVES, GRADE, CHECK, TEXT, PRICE)


@pytest.mark.parametrize(
    ("indicator", "typed", "value"),
    [
        (HALVES, "８．５０ 分", "8.5"),
        (HALVES, "5", "5"),
        (HALVES, " ", ""),
        (GRADE, "良", "良"),
        (GRADE, "6.50", "中"),
        (CHECK, "√", "通过"),
        (CHECK, "不合格", "不通过"),
        (TEXT, " 尚可 ", "尚可"),
    ],
)
def test_what_is_typed_is_taken_as_meant(indicator: Indicator, typed: str, value: str) -> None:
    assert read_value(indicator, typed) == value


@pytest.mark.shows("OVW-13")
@pytest.mark.parametrize(
    ("indicator", "typed", "word"),
    [
        (HALVES, "1.5", "超出范围：请填 2 至 10"),
        (HALVES, "10.5", "超出范围"),
        (HALVES, "5.3", "0.5 分为一档"),
        (HALVES, "1e1", "请填 2 至 10"),
        (HALVES, "nan", "请填"),
        (GRADE, "7", "请选 优、良、中、差"),
        (CHECK, "大概", "请选“通过”"),
        (TEXT, "长" * 2001, "最多 2000 字"),
        (PRICE, "5", "由系统计算"),
    ],
)
def test_what_it_does_not_take_is_refused(indicator: Indicator, typed: str, word: str) -> None:
    with pytest.raises(ScoreRefused, match=word):
        read_value(indicator, typed)
    problem = check_score(RULE, indicator.code, typed)
    assert problem is not None
    assert word in problem.text
    assert not problem.is_missing


@pytest.mark.shows("OVW-13")
@pytest.mark.parametrize(
    ("code", "value", "reason", "word"),
    [
        ("1.1", "10", "", "最高分"),
        ("1.1", "2", "", "最低分"),
        ("1.1", "3.5", "", "低于 4 分"),
        ("1.1", "9.5", " ", "高于 9 分"),
        ("1.1", "9.5", "方案完整", ""),
        ("1.1", "4", "", ""),
        ("1.1", "", "", "必填"),
        ("1.2", "差", "", "最低分"),
        ("1.2", "良", "", ""),
        ("1.3", "不通过", "", "请说明理由"),
        ("1.3", "通过", "", ""),
        ("1.4", "", "", ""),
        ("1.5", "", "", ""),
    ],
)
def test_reasons_and_what_is_missing_are_asked(
    code: str, value: str, reason: str, word: str
) -> None:
    problem = check_score(RULE, code, value, reason)
    if not word:
        assert problem is None
        return
    assert problem is not None
    assert word in problem.text
    assert problem.is_missing


def test_what_the_rule_does_not_know_is_refused() -> None:
    unknown = check_score(RULE, "9", "1")
    long = check_score(RULE, "1.1", "5", "长" * 2001)
    assert unknown is not None
    assert long is not None
    assert (unknown.text, "说明太长" in long.text) == ("评审规则里没有这一项。", True)
