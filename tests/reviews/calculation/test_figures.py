"""Figures of agreement: by hand, and by the plainest formula."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from random import Random

from expertpool.reviews.calculation import result
from expertpool.reviews.calculation.figures import (
    far_totals,
    icc,
    kendall_w,
    pairs_alike,
    severity,
    totals_in,
    whole,
)
from expertpool.reviews.calculation.result import Item
from tests.reviews.calculation.rules import simple

D = Decimal


def table(*rows: tuple[int, ...]) -> dict[str, dict[str, Decimal]]:
    return {
        f"B{at}": {str(expert): D(one) for expert, one in enumerate(row, start=1)}
        for at, row in enumerate(rows)
    }


def test_who_rank_alike_agree_and_who_rank_otherwise_do_not() -> None:
    assert kendall_w(whole(table((90, 80), (70, 60), (50, 40)))) == 1
    assert kendall_w(whole(table((90, 40), (70, 60), (50, 80)))) == 0
    # Three raters of four: sums of ranks 11, 4, 9, 6; S = 29; W = 12·29 / (9·60)
    assert kendall_w(whole(table((4, 3, 4), (1, 2, 1), (3, 4, 2), (2, 1, 3)))) == Fraction(29, 45)
    # The third has two alike, which share the ranks 1 and 2: sums 11, 4.5, 8.5, 6; S = 24.5; W = 12·24.5 / (9·60 - 3·(8 - 2))
    assert kendall_w(whole(table((4, 3, 4), (1, 2, 1), (3, 4, 1), (2, 1, 3)))) == Fraction(49, 87)
    assert kendall_w(whole(table((5, 5), (5, 5)))) is None
    assert kendall_w(whole(table((5, 5)))) is None


def test_the_classic_six_by_four_has_its_published_icc() -> None:
    # Shrout and Fleiss 1979: ICC(2,1) = 0.29
    rows = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))
    found = icc(whole(table(*rows)))
    assert found is not None
    assert round(float(found), 2) == 0.29
    assert icc(whole(table((5, 5), (7, 7)))) == 1
    assert icc(whole(table((5, 5), (5, 5)))) is None
    assert icc(whole(table((5, 6)))) is None


def test_only_who_scored_everything_is_compared() -> None:
    rows = table((1, 2), (3, 4))
    del rows["B1"]["2"]
    assert whole(rows) == [[Fraction(1)], [Fraction(3)]]


def test_who_is_strict_is_told_by_how_much() -> None:
    assert severity(table((90, 80, 85), (60, 50, 55))) == {
        "1": Fraction(15, 2),
        "2": Fraction(-15, 2),
        "3": Fraction(0),
    }
    assert severity({"B0": {"1": D(5)}}) == {}


def test_strictness_is_what_anybody_works_out_who_takes_the_others_one_by_one() -> None:
    random = Random(1)
    rows = table(*(tuple(random.randrange(100) for _ in range(6)) for _ in range(9)))
    del rows["B3"]["2"], rows["B4"]["5"]
    gaps: dict[str, list[Fraction]] = {}
    for row in rows.values():
        for expert, total in row.items():
            rest = [Fraction(one) for other, one in row.items() if other != expert]
            gaps.setdefault(expert, []).append(Fraction(total) - sum(rest) / len(rest))
    assert severity(rows) == {expert: sum(one) / len(one) for expert, one in gaps.items()}


def test_totals_far_from_the_others_are_told_the_farthest_first() -> None:
    said = {
        str(e): {"A": {"1.1": [one, ""]}} for e, one in enumerate(("90", "88", "40", "60"), start=1)
    }
    rule = simple(far=D(30))
    found = far_totals(rule, totals_in(result(rule, [Item("A")], said)))
    assert [(one.expert, round(float(one.gap), 1)) for one in found] == [("3", -39.3)]
    assert far_totals(simple(), totals_in(result(simple(), [Item("A")], said))) == []


def test_pairs_who_go_together_stand_out_and_others_do_not() -> None:
    rng = random.Random(3)
    tables = []
    for _ in range(40):
        rows = []
        for _ in range(4):
            own = [rng.randrange(60, 100) for _ in range(5)]
            own[1] = own[0] + rng.choice((-1, 0, 1))
            rows.append(tuple(own))
        tables.append(table(*rows))
    found = pairs_alike(tables)
    assert (found[0].first, found[0].second, found[0].shared) == ("1", "2", 160)
    assert found[0].alike > 0.5 > found[0].expected
    # Two who are one leave the others less apart than they are: they may stand out a little.
    assert all(one.excess < found[0].excess / 3 for one in found[1:])
    assert pairs_alike(tables[:2]) == []
