"""Rule trees as they are stored, and numbers as they are rounded."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from expertpool.reviews.calculation import (
    Base,
    Formula,
    How,
    Indicator,
    Kind,
    Passing,
    Rounding,
    RuleTree,
    Stage,
    plain,
)
from expertpool.reviews.calculation.tree import rounded

D = Decimal
PLAN = Indicator("2.1.1", "总体布置", Kind.SCORE, high=D(30), step=D("0.5"), ends=True)
TEAM = Indicator("2.1.2", "班子", Kind.GRADE, grades=(("优", D(10)), ("差", D("2.5"))))
TREE = RuleTree(
    stages=(
        Stage("资格审查", (Indicator("1.1", "执照", Kind.CHECK),), Passing.TWO_THIRDS),
        Stage(
            "评分",
            (
                Indicator("2.1", "技术", Kind.GROUP, weight=D("0.7"), children=(PLAN, TEAM)),
                Indicator(
                    "2.2",
                    "价格",
                    Kind.PRICE,
                    high=D(30),
                    formula=Formula(Base.MEAN, up=D(1), down=D("0.5"), low=D(80), high=D(120)),
                ),
                Indicator("2.3", "意见", Kind.TEXT, mandatory=False, below=None),
            ),
        ),
    ),
    how=How.TRIMMED,
    weights=(("组长", D("1.5")),),
    ties=("2.1.1", "price"),
    far=D(30),
)


def test_a_tree_is_read_as_it_was_stored() -> None:
    assert RuleTree.from_json(json.loads(json.dumps(TREE.as_json()))) == TREE


def test_a_tree_knows_its_parts() -> None:
    assert [one.code for one in TREE.filled_in()] == ["1.1", "2.1.1", "2.1.2", "2.3"]
    assert TREE.indicator("2.1.2") is TEAM
    assert TREE.indicator("9") is None
    assert TREE.most == D("58.0")
    assert (PLAN.number, PLAN.depth, TREE.stages[1].indicators[0].depth) == ("1.1", 1, 0)
    weights = {one.code: weight for one, weight in TREE.stages[1].leaves()}
    assert weights == {"2.1.1": D("0.7"), "2.1.2": D("0.7"), "2.2": D(1), "2.3": D(1)}


@pytest.mark.parametrize(
    ("passing", "yes", "of", "met"),
    [
        (Passing.MAJORITY, 2, 4, False),
        (Passing.MAJORITY, 3, 5, True),
        (Passing.TWO_THIRDS, 4, 6, True),
        (Passing.TWO_THIRDS, 3, 5, False),
        (Passing.ALL, 4, 5, False),
        (Passing.ALL, 5, 5, True),
        (Passing.ALL, 0, 0, False),
    ],
)
def test_so_many_let_an_item_pass(passing: Passing, yes: int, of: int, met: bool) -> None:
    assert passing.is_met(yes, of) is met


@pytest.mark.parametrize(
    ("number", "rounding", "text"),
    [
        ("2.345", Rounding.HALF_UP, "2.35"),
        ("2.345", Rounding.HALF_EVEN, "2.34"),
        ("2.355", Rounding.HALF_EVEN, "2.36"),
        ("2.349", Rounding.DOWN, "2.34"),
        ("-2.345", Rounding.HALF_UP, "-2.35"),
        ("-2.349", Rounding.DOWN, "-2.34"),
    ],
)
def test_halves_are_rounded_as_the_rule_says(number: str, rounding: Rounding, text: str) -> None:
    assert str(rounded(Fraction(number), 2, rounding)) == text


def test_numbers_are_told_plainly() -> None:
    assert [plain(D(one)) for one in ("10.00", "0.50", "-0.0", "1E+2")] == ["10", "0.5", "0", "100"]
    assert [plain(Fraction(1, 3)), plain(Fraction(5, 2))] == ["0.3333333333…", "2.5"]
