"""What sheets come to: by hand, and against the plainest calculation with fractions."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest

from expertpool.reviews.calculation import (
    FAILED,
    PASSED,
    Base,
    Formula,
    How,
    Indicator,
    Item,
    Kind,
    Passing,
    Result,
    Rounding,
    RuleTree,
    Stage,
    explain,
    result,
)
from tests.reviews.calculation.rules import (
    GRADES,
    any_rule,
    any_sheets,
    score,
    sheets_of,
    simple,
)

D = Decimal
PANEL = {"1": ["组长", "技术组"], "2": ["技术组"], "3": []}


@pytest.mark.shows("OVW-14")
@pytest.mark.parametrize(
    ("rule", "totals", "total", "left_out"),
    [
        (simple(), ["80", "85", "92.5"], "85.83", ()),
        (simple(rounding=Rounding.DOWN), ["80", "85", "92.6"], "85.86", ()),
        (simple(decimals=0), ["80", "85.5"], "83", ()),
        (simple(how=How.TRIMMED), ["60", "80", "85", "90", "99"], "85.00", ("1", "5")),
        (simple(how=How.TRIMMED, drop=2), ["60", "80", "85", "90"], "78.75", ()),
        (simple(how=How.TRIMMED), ["80", "80", "80", "90"], "80.00", ("1", "4")),
        (simple(how=How.WEIGHTED, weights=(("组长", D(2)),)), ["90", "60", "60"], "75.00", ()),
        (simple(each=True, decimals=1), ["80.05", "80.04"], "80.1", ()),
    ],
)
def test_totals_equal_a_hand_calculation(
    rule: RuleTree, totals: list[str], total: str, left_out: tuple[str, ...]
) -> None:
    said = sheets_of("A", {str(at): one for at, one in enumerate(totals, start=1)})
    (row,) = result(rule, [Item("A")], said, roles=PANEL).rows
    assert (str(row.total), row.left_out, row.rank) == (total, left_out, 1)


def test_levels_and_weights_multiply() -> None:
    team = Indicator("1.1.2", "班子", Kind.GRADE, grades=GRADES, weight=D("0.5"))
    group = Indicator(
        "1.1", "技术", Kind.GROUP, weight=D("0.6"), children=(score("1.1.1", 90), team)
    )
    said = {"1": {"A": {"1.1.1": ["80", ""], "1.1.2": ["优", ""], "1.2": ["7.5", ""]}}}
    (row,) = result(simple(group, score("1.2")), [Item("A")], said).rows
    # 0.6 × (80 + 0.5 × 10) + 7.5
    assert row.total == D("58.50")
    assert row.means == {"1.1.1": 48, "1.1.2": 3, "1.2": D("7.5")}


def test_the_highest_and_lowest_are_left_out_of_each_indicator() -> None:
    rule = simple(score("1.1"), score("1.2"), how=How.TRIMMED, by_indicator=True)
    pairs = {"1": ("1", "10"), "2": ("5", "5"), "3": ("9", "1")}
    said = {one: {"A": {"1.1": [a, ""], "1.2": [b, ""]}} for one, (a, b) in pairs.items()}
    (row,) = result(rule, [Item("A")], said).rows
    assert (row.total, row.left_out) == (D("10.00"), ())


def test_who_falls_is_scored_no_more_and_his_price_counts_for_nothing() -> None:
    check = Indicator("1.1", "执照", Kind.CHECK)
    price = Indicator("2.1", "价格", Kind.PRICE, high=D(30), formula=Formula())
    rule = RuleTree((Stage("资格审查", (check,), Passing.MAJORITY), Stage("评分", (price,))))
    said = {
        one: {"A": {"1.1": [PASSED, ""]}, "B": {"1.1": [PASSED if one == "1" else FAILED, "无"]}}
        for one in ("1", "2")
    }
    found = result(rule, [Item("A", D(100)), Item("B", D(50))], said)
    first, second = found.rows
    assert (first.total, first.rank) == (D("30.00"), 1)
    # One of two is no majority.
    assert (second.fallen, second.votes["1.1"].yes, second.total, second.rank) == (0, 1, None, None)
    assert found.is_complete
    assert [one.item for one in found.ranked] == ["A", "B"]


@pytest.mark.parametrize(
    ("formula", "prices", "points"),
    [
        (Formula(), ["100", "120", "80"], ["24.00", "20.00", "30.00"]),
        # mean 100; 1 point a per cent above, half a one below
        (Formula(Base.MEAN, up=D(1), down=D("0.5")), ["100", "110", "90"], ["30", "20", "25"]),
        # mean of all 137.5, of those within 80 to 120 per cent of it 110
        (
            Formula(Base.MEAN, up=D(1), down=D(1), low=D(72), high=D(120)),
            ["100", "110", "120", "220"],
            ["20.91", "30.00", "20.91", "0.00"],
        ),
        (Formula(less=D(10)), ["100", "200"], ["27.00", "13.50"]),
        # none is within the bounds: all count
        (Formula(Base.MEAN, low=D(99), high=D(101)), ["50", "150"], ["30.00", "20.00"]),
        (Formula(), ["0", "10"], ["30.00", "0.00"]),
    ],
)
def test_prices_become_points(formula: Formula, prices: list[str], points: list[str]) -> None:
    rule = simple(Indicator("1.1", "价格", Kind.PRICE, high=D(30), formula=formula))
    items = [Item(str(at), D(one)) for at, one in enumerate(prices)]
    assert [one.total for one in result(rule, items, {}).rows] == [D(one) for one in points]


def test_a_price_that_is_missing_leaves_the_result_open() -> None:
    rule = simple(score("1.1"), Indicator("1.2", "价格", Kind.PRICE, high=D(9), formula=Formula()))
    found = result(rule, [Item("A", D(5)), Item("B")], {"1": {"A": {"1.1": ["1", ""]}}})
    assert (found.unpriced, found.missing, found.is_complete) == (("B",), (("1", "B"),), False)
    assert [one.total for one in found.rows] == [D("10.00"), None]
    assert "暂不计算" in explain(rule, [Item("B")], {}, found, "B")[-1].text


def test_who_is_missing_is_told_and_only_of_what_he_is_asked() -> None:
    asked = {"1": ["A"], "2": ["A", "B"]}
    said = sheets_of("A", {"1": "80"})
    found = result(simple(), [Item("A"), Item("B")], said, asked=asked)
    assert found.missing == (("2", "A"), ("2", "B"))
    # What was submitted is counted so far.
    assert found.rows[0].total == D("80.00")


def test_equal_totals_share_a_rank_unless_the_rule_tells_them_apart() -> None:
    price = Indicator("1.2", "价格", Kind.PRICE, high=D(0), formula=Formula())
    items = [Item("A", D(9)), Item("B", D(7)), Item("C", D(8)), Item("D", D(1))]
    said = {"1": {one.key: {"1.1": ["5" if one.key != "D" else "4", ""]} for one in items}}
    shared = result(simple(score("1.1"), price), items, said)
    assert [one.rank for one in shared.rows] == [1, 1, 1, 4]
    assert shared.rows[0].tied == ("B", "C")
    apart = result(simple(score("1.1"), price, ties=("price",)), items, said)
    assert [one.rank for one in apart.rows] == [3, 1, 2, 4]
    steps = explain(simple(score("1.1"), price, ties=("price",)), items, said, apart, "A")
    assert "报价由低到高" in steps[-2].text


def test_each_step_is_told() -> None:
    rng = random.Random(7)
    for _ in range(60):
        rule, said = any_rule(rng), any_sheets(rng, 6, 3)
        items = [Item(f"B{at}", D(rng.randrange(80, 120))) for at in range(3)]
        found = result(rule, items, said, roles=PANEL)
        for row in found.rows:
            steps = explain(rule, items, said, found, row.item, roles=PANEL, names={"1": "王工"})
            assert all(step.part and step.text for step in steps)
            if row.total is not None:
                values = [one.value for one in steps if one.text.startswith("总分")]
                assert values == [f"{row.total:f}"]
                assert steps[-1].value == f"第 {row.rank} 名"


# --- The plainest calculation ---------------------------------------------------------------


def plainest(
    rule: RuleTree, items: list[Item], said: Mapping[str, Mapping[str, Mapping[str, list[str]]]]
) -> dict[str, tuple[Fraction, Decimal]]:
    """Each item that stands, with its exact and its rounded total."""
    found: dict[str, Fraction] = {}
    scored = [one for one in rule.stages if one.is_scored]
    standing = {one.key: _passes(rule, said, one.key) for one in items}
    for item in items:
        if not standing[item.key]:
            continue
        by_leaf: dict[str, list[Fraction]] = {}
        heads: list[str] = []
        for expert, of in said.items():
            values = {
                one.code: _worth(one, of[item.key].get(one.code, ["", ""])[0]) * Fraction(weight)
                for stage in scored
                for one, weight in stage.leaves()
                if one.kind in (Kind.SCORE, Kind.GRADE, Kind.CHECK)
            }
            if _is_whole(rule, of[item.key]):
                heads.append(expert)
                for code, value in values.items():
                    by_leaf.setdefault(code, []).append(value)
        if not heads:
            continue
        own = [sum(column, Fraction(0)) for column in zip(*by_leaf.values(), strict=True)]
        if rule.each:
            own = [Fraction(_round(rule, one)) for one in own]
        weights = [Fraction(_weight(rule, one)) for one in heads]
        columns = list(by_leaf.values()) if rule.by_indicator else [own]
        exact = sum((_together(rule, one, weights) for one in columns), Fraction(0))
        found[item.key] = exact + _price(rule, items, standing, item)
    return {key: (exact, _round(rule, exact)) for key, exact in found.items()}


def _worth(one: Indicator, value: str) -> Fraction:
    if one.kind is Kind.GRADE:
        return Fraction(dict(one.grades)[value]) if value else Fraction(0)
    if one.kind is Kind.CHECK:
        return Fraction(one.points) if value == PASSED else Fraction(0)
    return Fraction(value or 0)


def _is_whole(rule: RuleTree, scores: Mapping[str, list[str]]) -> bool:
    return all(
        scores.get(one.code, [""])[0]
        for one in rule.indicators()
        if one.mandatory and one.kind not in (Kind.GROUP, Kind.PRICE)
    )


def _passes(
    rule: RuleTree, said: Mapping[str, Mapping[str, Mapping[str, list[str]]]], key: str
) -> bool:
    for stage in rule.stages:
        if stage.is_scored:
            continue
        for one in stage.indicators:
            votes = [of[key][one.code][0] for of in said.values() if one.code in of[key]]
            share = Fraction(votes.count(PASSED), len(votes) or 1)
            enough = {
                Passing.MAJORITY: share > Fraction(1, 2),
                Passing.TWO_THIRDS: share >= Fraction(2, 3),
                Passing.ALL: share == 1,
            }
            if one.mandatory and not enough[stage.passing]:
                return False
    return True


def _weight(rule: RuleTree, expert: str) -> D:
    known = [weight for word, weight in rule.weights if word in PANEL.get(expert, [])]
    return max(known, default=D(1)) if rule.how is How.WEIGHTED else D(1)


def _together(rule: RuleTree, values: list[Fraction], weights: list[Fraction]) -> Fraction:
    if rule.how is How.TRIMMED:
        if len(values) > 2 * rule.drop:
            values = sorted(values)[rule.drop : len(values) - rule.drop]
        return sum(values, Fraction(0)) / len(values)
    return sum((a * b for a, b in zip(values, weights, strict=True)), Fraction(0)) / sum(weights)


def _round(rule: RuleTree, number: Fraction) -> D:
    whole = number * 10**rule.decimals
    floor = math.floor(whole)  # nothing here is below nought
    rest = whole - floor
    if rule.rounding is Rounding.HALF_UP:
        floor += rest >= Fraction(1, 2)
    elif rule.rounding is Rounding.HALF_EVEN:
        floor += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2 == 1)
    return D(floor).scaleb(-rule.decimals)


def _price(rule: RuleTree, items: list[Item], standing: dict[str, bool], item: Item) -> Fraction:
    leaf = rule.indicator("2.2")
    assert leaf is not None
    assert leaf.formula is not None
    assert item.price is not None
    said, prices = leaf.formula, [Fraction(one.price or 0) for one in items if standing[one.key]]
    mean = sum(prices, Fraction(0)) / len(prices)
    inside = [
        one
        for one in prices
        if (said.low is None or one >= mean * Fraction(said.low) / 100)
        and (said.high is None or one <= mean * Fraction(said.high) / 100)
    ] or prices
    base = min(inside) if said.base is Base.LOWEST else sum(inside, Fraction(0)) / len(inside)
    base *= 1 - Fraction(said.less) / 100
    own = Fraction(item.price)
    if said.up is None and said.down is None:
        points = 30 * base / own
    else:
        off = (own / base - 1) * 100
        points = (
            30 - off * Fraction(said.up or 0) if off > 0 else 30 + off * Fraction(said.down or 0)
        )
    points = min(max(points, Fraction(0)), Fraction(30))
    return Fraction(_round(rule, points)) if rule.each else points


@pytest.mark.shows("OVW-14", "OVW-15")
def test_a_thousand_reviews_equal_the_plainest_calculation() -> None:
    rng = random.Random(20261129)
    checked = 0
    for _ in range(1000):
        experts, items = rng.randrange(1, 8), rng.randrange(1, 6)
        rule, said = any_rule(rng), any_sheets(rng, experts, items)
        listed = [Item(f"B{at}", D(rng.randrange(800, 1300)) / 10) for at in range(items)]
        found = result(rule, listed, said, roles=PANEL)
        told = {one.item: (one.exact, one.total) for one in found.rows if one.total is not None}
        assert told == plainest(rule, listed, said)
        assert _ranks_follow(found)
        checked += len(told)
    assert checked > 500


def _ranks_follow(found: Result) -> bool:
    ranked = [one for one in found.ranked if one.rank is not None]
    totals = [one.total or D(0) for one in ranked]
    ranks = [one.rank for one in ranked]
    shared = all(rank is not None and rank <= at for at, rank in enumerate(ranks, start=1))
    return totals == sorted(totals, reverse=True) and shared
