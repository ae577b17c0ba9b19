"""The result of a review: which items fall, what the others come to, and their ranks. Exact to the last step, in which
the total is rounded as the rule says; ranks go by the rounded total, which everybody reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from fractions import Fraction

from expertpool.reviews.calculation.prices import base_price, price_points
from expertpool.reviews.calculation.scores import points_of
from expertpool.reviews.calculation.tree import (
    ONE,
    PASSED,
    How,
    Indicator,
    Kind,
    RuleTree,
    Stage,
)

PRICE = "price"  # among the ties: the lower price first
# Sums and products of decimals have an end; what had none would be a fault.
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation, Overflow])

Scores = Mapping[str, Sequence[str]]  # code → value, reason
Sheets = Mapping[str, Mapping[str, Scores]]  # expert → item → scores
Roles = Mapping[str, Collection[str]]  # expert → his roles and groups in the panel


@dataclass(frozen=True, slots=True)
class Item:
    """What is reviewed; ``price`` where the rule asks for one."""

    key: str
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """How many of the experts let an item pass an indicator."""

    yes: int
    of: int
    passed: bool


@dataclass(slots=True)
class Row:
    """What came of an item. ``fallen``: the place of the stage it did not pass. ``totals`` are the experts' own, without
    the price; ``left_out`` are not in the mean; ``means`` are points by indicator, weights of the tree in them."""

    item: str
    votes: dict[str, Vote] = field(default_factory=dict)
    fallen: int | None = None
    totals: dict[str, Decimal] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    means: dict[str, Fraction] = field(default_factory=dict)
    exact: Fraction | None = None
    total: Decimal | None = None
    rank: int | None = None
    tied: tuple[str, ...] = ()  # other items with the same total


@dataclass(frozen=True, slots=True)
class Result:
    """``missing``: which experts have not said all they must of which items; ``unscored``: which items nobody scores, of whom
    nothing is said, not that they failed."""

    rows: tuple[Row, ...]
    missing: tuple[tuple[str, str], ...] = ()
    unpriced: tuple[str, ...] = ()
    unscored: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.unpriced and not self.unscored

    @property
    def ranked(self) -> list[Row]:
        """Return the rows by rank, those that fell last."""
        return sorted(self.rows, key=lambda one: (one.rank is None, one.rank or 0))


def result(
    rule: RuleTree,
    items: Sequence[Item],
    sheets: Sheets,
    *,
    roles: Roles | None = None,
    asked: Mapping[str, Collection[str]] | None = None,
    silence_fails: bool = False,
) -> Result:
    """Return what ``sheets``, which were submitted, come to by ``rule``. ``asked``: of which items which expert is asked;
    without it each expert of all. ``silence_fails``: an item of which nobody is asked does not pass, as it was worked out before
    records said so (`record.FIRST`); now nothing is said of it."""
    with localcontext(EXACT):
        counted = _Counted(rule, sheets, roles or {}, asked, silence_fails=silence_fails)
        rows = [counted.row(one) for one in items]
        unscored = tuple(counted.unscored)
        of_some = [
            (one, row) for one, row in zip(items, rows, strict=True) if one.key not in unscored
        ]
        unpriced = _add_prices(rule, of_some)
        for _, row in of_some:
            _sum_up(rule, row)
        rank(rule, items, rows)
    return Result(tuple(rows), tuple(counted.missing), unpriced, unscored)


class _Counted:
    """The sheets as numbers, item by item."""

    def __init__(
        self,
        rule: RuleTree,
        sheets: Sheets,
        roles: Roles,
        asked: Mapping[str, Collection[str]] | None,
        *,
        silence_fails: bool,
    ) -> None:
        self.rule, self.sheets, self.asked = rule, sheets, asked
        self.silence_fails = silence_fails
        self.asks = any(one.is_filled_in for stage in rule.stages for one in stage.walk())
        self.missing: list[tuple[str, str]] = []
        self.unscored: list[str] = []
        self.leaves = [
            (one, weight)
            for stage in rule.stages
            if stage.is_scored
            for one, weight in stage.leaves()
            if one.kind not in (Kind.TEXT, Kind.PRICE)
        ]
        self.points = [_Points(one, weight) for one, weight in self.leaves]
        experts = dict.fromkeys([*(asked or {}), *sheets])
        self.weights = {one: weight_of(rule, roles.get(one, ())) for one in experts}

    def row(self, item: Item) -> Row:
        row = Row(item.key)
        said = {
            expert: self.sheets.get(expert, {}).get(item.key, {})
            for expert in self.weights
            if self.asked is None or item.key in self.asked.get(expert, ())
        }
        if not said and self.asks and not self.silence_fails:
            self.unscored.append(item.key)
            return row
        late: set[str] = set()
        for place, stage in enumerate(self.rule.stages):
            late |= _late(stage, said)
            if stage.is_scored:
                continue
            passed = _vote(stage, said, row, silence_fails=self.silence_fails)
            if passed:
                continue
            if passed is None:
                self.unscored.append(item.key)
            else:
                row.fallen = place
            break
        else:
            self._score(row, {one: scores for one, scores in said.items() if one not in late})
        self.missing += [(one, item.key) for one in said if one in late]
        return row

    def _score(self, row: Row, said: Mapping[str, Scores]) -> None:
        if not said or not any(stage.is_scored for stage in self.rule.stages):
            return
        table = [
            [points(scores) for points in self.points] for scores in said.values()
        ]  # by expert, then by indicator
        own = [sum(one, Decimal(0)) for one in table]
        if self.rule.each:
            own = [self.rule.round(Fraction(one)) for one in own]
        row.totals = dict(zip(said, own, strict=True))
        weights = [self.weights[one] for one in said]
        drop = drop_of(self.rule, len(own))
        if drop and not self.rule.by_indicator:
            kept = kept_of(own, drop)
            row.left_out = tuple(one for at, one in enumerate(said) if at not in kept)
            table = [one for at, one in enumerate(table) if at in kept]
            own = [one for at, one in enumerate(own) if at in kept]
            weights = [one for at, one in enumerate(weights) if at in kept]
            drop = 0
        means = [_mean(values, weights, drop) for values in zip(*table, strict=True)]
        row.means = {one.code: mean for (one, _), mean in zip(self.leaves, means, strict=True)}
        if self.rule.by_indicator:
            row.exact = sum(means, Fraction(0))
        else:
            row.exact = _mean(own, weights, 0)


class _Points:
    """What an expert's scores bring for one indicator, weights in it: looked up once for all sheets."""

    def __init__(self, indicator: Indicator, weight: Decimal) -> None:
        self.code, self.weight = indicator.code, weight
        self.known: dict[str, Decimal] = {}
        self.indicator = indicator

    def __call__(self, scores: Scores) -> Decimal:
        said = scores.get(self.code)
        value = said[0] if said else ""
        if value not in self.known:
            self.known[value] = points_of(self.indicator, value) * self.weight
        return self.known[value]


def weight_of(rule: RuleTree, roles: Collection[str]) -> Decimal:
    """Return how often the scores of who has ``roles`` in the panel count."""
    if rule.how is not How.WEIGHTED:
        return ONE
    return max((weight for word, weight in rule.weights if word in roles), default=ONE)


def drop_of(rule: RuleTree, experts: int) -> int:
    """Return how many of the highest and of the lowest are left out: none where nobody would be left."""
    return rule.drop if rule.how is How.TRIMMED and experts > 2 * rule.drop else 0


def kept_of(values: Sequence[Decimal], drop: int) -> set[int]:
    """Return the places of the ``values`` that are left without the ``drop`` highest and lowest; of equal ones the first
    are lower, which changes no mean."""
    order = sorted(range(len(values)), key=lambda at: (values[at], at))
    return set(order[drop : len(order) - drop])


def _mean(values: Sequence[Decimal], weights: Sequence[Decimal], drop: int) -> Fraction:
    if drop:
        values = sorted(values)[drop:-drop]
        weights = [ONE] * len(values)
    whole = sum((value * weight for value, weight in zip(values, weights, strict=True)), Decimal(0))
    return Fraction(whole) / Fraction(sum(weights, Decimal(0)))


def fallen_at(rule: RuleTree, said: Mapping[str, Scores], over: int) -> int | None:
    """Return at which of the first ``over`` stages an item fell by what all experts have ``said`` of it; None: at none, or
    somebody has not said all that he must."""
    for place, stage in enumerate(rule.stages[:over]):
        if _late(stage, said):
            return None
        if stage.is_scored:
            continue
        if not (passed := _vote(stage, said, Row(""), silence_fails=False)):
            return place if passed is False else None
    return None


def _late(stage: Stage, said: Mapping[str, Scores]) -> set[str]:
    """Who has not said all that he must in ``stage``."""
    codes = [one.code for one in stage.walk() if one.is_filled_in and one.mandatory]
    return {
        expert
        for expert, scores in said.items()
        if not all(code in scores and scores[code][0] for code in codes)
    }


def _vote(
    stage: Stage, said: Mapping[str, Scores], row: Row, *, silence_fails: bool
) -> bool | None:
    """Write the votes of ``stage``; tell whether they let an item pass. None: nobody has voted on what decides."""
    failed = silent = False
    for one, _ in stage.leaves():
        if one.kind is not Kind.CHECK:
            continue
        votes = [scores[one.code][0] for scores in said.values() if one.code in scores]
        yes, of = votes.count(PASSED), sum(map(bool, votes))
        row.votes[one.code] = vote = Vote(yes, of, stage.passing.is_met(yes, of))
        if one.mandatory and not vote.passed:
            failed |= bool(of) or silence_fails
            silent |= not of
    return False if failed else None if silent else True


def prices_of(rule: RuleTree) -> list[tuple[Indicator, Decimal]]:
    """Return the indicators that are worked out from prices, each with its weight."""
    stages = [one for one in rule.stages if one.is_scored]
    return [pair for one in stages for pair in one.leaves() if pair[0].kind is Kind.PRICE]


def _add_prices(rule: RuleTree, rows: Sequence[tuple[Item, Row]]) -> tuple[str, ...]:
    asked = prices_of(rule)
    standing = [(one, row) for one, row in rows if row.fallen is None]
    if not asked:
        return ()
    prices = [one.price for one, _ in standing if one.price is not None]
    for indicator, weight in asked:
        base = base_price(indicator.formula, prices) if indicator.formula else None
        for one, row in standing:
            if one.price is None or base is None:
                continue
            points = price_points(indicator, one.price, base) * Fraction(weight)
            row.means[indicator.code] = Fraction(rule.round(points)) if rule.each else points
    return tuple(one.key for one, _ in standing if one.price is None)


def _sum_up(rule: RuleTree, row: Row) -> None:
    priced = [row.means.get(one.code) for one, _ in prices_of(rule)]
    of_price = sum((one for one in priced if one is not None), Fraction(0))
    # Where nothing but the price counts, nobody has to say anything.
    if row.exact is None and priced and row.fallen is None and not _is_scored(rule):
        row.exact = Fraction(0)
    if row.exact is None or None in priced:
        row.exact = None
        return
    row.exact += of_price
    row.total = rule.round(row.exact)


def _is_scored(rule: RuleTree) -> bool:
    leaves = (one for stage in rule.stages if stage.is_scored for one, _ in stage.leaves())
    return any(one.kind not in (Kind.TEXT, Kind.PRICE) for one in leaves)


def mean_of_code(rule: RuleTree, row: Row, code: str) -> Fraction:
    """Return the points of ``row`` for the indicator ``code``, of a group for all below it."""
    indicator = rule.indicator(code)
    codes: Iterable[str] = (one.code for one in indicator.walk()) if indicator else ()
    return sum((row.means.get(one, Fraction(0)) for one in codes), Fraction(0))


def rank(rule: RuleTree, items: Sequence[Item], rows: Sequence[Row]) -> None:
    """Give each row that has a total its rank: the higher total first; of equal ones as the rule's ties say, and what is
    still equal shares a rank."""
    prices = {one.key: one.price for one in items}

    def place(row: Row) -> tuple[Fraction, ...]:
        key = [-Fraction(row.total or 0)]
        for code in rule.ties:
            if code == PRICE:
                price = prices[row.item]
                key.append(Fraction(10**30 if price is None else price))
            else:
                key.append(-mean_of_code(rule, row, code))
        return tuple(key)

    keys = sorted((place(row), at) for at, row in enumerate(rows) if row.total is not None)
    by_total: dict[Fraction, list[str]] = {}
    for number, (key, at) in enumerate(keys, start=1):
        row, before = rows[at], keys[number - 2] if number > 1 else None
        same = before is not None and before[0] == key
        row.rank = rows[before[1]].rank if before and same else number
        by_total.setdefault(key[0], []).append(row.item)
    for key, at in keys:
        others = by_total[key[0]]
        rows[at].tied = tuple(one for one in others if one != rows[at].item)
