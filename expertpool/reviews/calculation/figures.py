"""Figures for whoever watches over reviews: do the experts agree, who is strict, which scores are far from the others'."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from expertpool.reviews.calculation.result import Result
from expertpool.reviews.calculation.tree import Kind, RuleTree

Table = Mapping[str, Mapping[str, Decimal]]  # item → expert → total


@dataclass(frozen=True, slots=True)
class Far:
    """A total that is far from the mean of the others'."""

    item: str
    expert: str
    total: Decimal
    others: Fraction

    @property
    def gap(self) -> Fraction:
        return Fraction(self.total) - self.others


def totals_in(found: Result) -> dict[str, dict[str, Decimal]]:
    """Return the experts' totals by item, of those that have any."""
    return {row.item: row.totals for row in found.rows if row.totals}


def whole(table: Table) -> list[list[Fraction]]:
    """Return ``table`` as rows of items and columns of experts: those experts who scored all items."""
    experts = _experts(table)
    return [[Fraction(row[one]) for one in experts] for row in table.values()]


def _experts(table: Table) -> list[str]:
    every = dict.fromkeys(one for row in table.values() for one in row)
    return [one for one in every if all(one in row for row in table.values())]


def kendall_w(rows: Sequence[Sequence[Fraction]]) -> Fraction | None:
    """Return by how far the experts rank the items alike, 0 to 1 (Kendall's W, corrected for ties); None where nothing can
    be said: fewer than two of either, or all items equal to every expert."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    items, experts = len(rows), len(rows[0])
    columns = [[row[at] for row in rows] for at in range(experts)]
    ranks = [_ranks(one) for one in columns]
    sums = [sum((one[at] for one in ranks), Fraction(0)) for at in range(items)]
    mean = sum(sums, Fraction(0)) / items
    spread = sum(((one - mean) ** 2 for one in sums), Fraction(0))
    ties = sum(count**3 - count for one in columns for count in Counter(one).values())
    most = experts**2 * (items**3 - items) - experts * ties
    return 12 * spread / most if most else None


def _ranks(values: Sequence[Fraction]) -> list[Fraction]:
    """Ranks from 1, of equal values their mean."""
    count, rank, above = Counter(values), dict[Fraction, Fraction](), 0
    for value in sorted(count):
        rank[value] = above + Fraction(count[value] + 1, 2)
        above += count[value]
    return [rank[one] for one in values]


def icc(rows: Sequence[Sequence[Fraction]]) -> Fraction | None:
    """Return how much of the spread of single scores is that of the items (ICC, two-way random, absolute agreement, single
    rater): 1 where all experts give the same; below nought where they differ more than items do."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    items, experts = len(rows), len(rows[0])
    by_item = [sum(row, Fraction(0)) / experts for row in rows]
    by_expert = [sum((row[at] for row in rows), Fraction(0)) / items for at in range(experts)]
    mean = sum(by_item, Fraction(0)) / items
    of_items = experts * sum(((one - mean) ** 2 for one in by_item), Fraction(0)) / (items - 1)
    of_experts = items * sum(((one - mean) ** 2 for one in by_expert), Fraction(0)) / (experts - 1)
    rest = sum(
        (
            (row[at] - by_item[item] - by_expert[at] + mean) ** 2
            for item, row in enumerate(rows)
            for at in range(experts)
        ),
        Fraction(0),
    ) / ((items - 1) * (experts - 1))
    of_all = of_items + (experts - 1) * rest + experts * (of_experts - rest) / items
    return (of_items - rest) / of_all if of_all else None


def severity(table: Table) -> dict[str, Fraction]:
    """Return by how many points each expert's totals are above the mean of the others' (below: he is strict), on the mean of
    the items that others scored as well."""
    gaps: dict[str, list[Fraction]] = {}
    for row in table.values():
        for expert, others in _others(row).items():
            gaps.setdefault(expert, []).append(Fraction(row[expert]) - others)
    return {expert: sum(one, Fraction(0)) / len(one) for expert, one in gaps.items()}


def _others(row: Mapping[str, Decimal]) -> dict[str, Fraction]:
    """Return the mean of the others' totals for each expert; nothing of one who is alone."""
    if len(row) < 2:
        return {}
    totals = {one: Fraction(total) for one, total in row.items()}
    whole = sum(totals.values(), Fraction(0))
    return {one: (whole - total) / (len(row) - 1) for one, total in totals.items()}


def far_limit(rule: RuleTree) -> Fraction | None:
    """Return by how many points a total may differ from the others' mean unasked; None where the rule sets no share."""
    if rule.far is None:
        return None
    prices = sum(
        (
            Fraction(one.high * weight)
            for stage in rule.stages
            if stage.is_scored
            for one, weight in stage.leaves()
            if one.kind is Kind.PRICE
        ),
        Fraction(0),
    )
    return (Fraction(rule.most) - prices) * Fraction(rule.far) / 100


def far_totals(rule: RuleTree, table: Table) -> list[Far]:
    """Return the totals that differ from the others' mean by more than the rule's share of what experts can give, the
    farthest first; none where the rule sets no share."""
    limit = far_limit(rule)
    if limit is None:
        return []
    found = [
        Far(item, expert, row[expert], others)
        for item, row in table.items()
        for expert, others in _others(row).items()
    ]
    return sorted((one for one in found if abs(one.gap) > limit), key=lambda one: -abs(one.gap))


@dataclass(frozen=True, slots=True)
class Figures:
    """How far the experts agree on the order of the items (``agreement``, Kendall's W) and on their scores (``reliability``, ICC), each
    from 0 to 1, None: of too few nothing can be said; how strict each is; which totals are far from the others'."""

    agreement: Fraction | None
    reliability: Fraction | None
    severity: dict[str, Fraction]
    far: list[Far]


def figures_of(rule: RuleTree, table: Table) -> Figures:
    """Return the figures of the totals in ``table``."""
    rows = whole(table)
    return Figures(
        agreement=kendall_w(rows) if rows else None,
        reliability=icc(rows) if rows else None,
        severity=severity(table),
        far=far_totals(rule, table),
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """How alike two experts scored what both scored, and how alike chance alone would have it (-1 to 1)."""

    first: str
    second: str
    shared: int  # items
    alike: float
    expected: float
    excess: float  # standard deviations above chance


@dataclass
class _Sums:
    shared: int = 0
    product: float = 0.0
    first: float = 0.0
    second: float = 0.0
    expected: float = 0.0


def pairs_alike(tables: Sequence[Table], *, at_least: int = 20, beyond: float = 3.0) -> list[Pair]:
    """Return the pairs of experts who agree more than chance over all ``tables``: what is left of their totals once the item
    and the habits of each are taken out goes together, over at least ``at_least`` items. It shows where to look, and proves
    nothing. Of who score alone or in twos nothing can be said."""
    sums: dict[tuple[str, str], _Sums] = {}
    for table in tables:
        rows = whole(table)
        experts = _experts(table)
        if len(rows) > 1 and len(experts) > 2:
            _add(sums, experts, _rest(rows))
    found = [_pair(names, one) for names, one in sums.items() if one.shared >= at_least]
    return sorted((one for one in found if one.excess > beyond), key=lambda one: -one.excess)


def _rest(rows: Sequence[Sequence[Fraction]]) -> list[list[float]]:
    """What neither the item nor the expert explains."""
    items, experts = len(rows), len(rows[0])
    by_item = [float(sum(row, Fraction(0))) / experts for row in rows]
    by_expert = [
        float(sum((row[at] for row in rows), Fraction(0))) / items for at in range(experts)
    ]
    mean = sum(by_item) / items
    return [
        [float(value) - by_item[at] - by_expert[place] + mean for place, value in enumerate(row)]
        for at, row in enumerate(rows)
    ]


def _add(
    sums: dict[tuple[str, str], _Sums], experts: Sequence[str], rows: Sequence[Sequence[float]]
) -> None:
    for at, first in enumerate(experts):
        for place, second in enumerate(experts[at + 1 :], start=at + 1):
            # Named in one order: a pair is one in all its reviews.
            names, (a, b) = (first, second), (at, place)
            if second < first:
                names, (a, b) = (second, first), (place, at)
            one = sums.setdefault(names, _Sums())
            one.shared += len(rows)
            # What is left of independent experts is not independent: it comes to nought in each row.
            one.expected -= len(rows) / (len(experts) - 1)
            one.product += sum(row[a] * row[b] for row in rows)
            one.first += sum(row[a] ** 2 for row in rows)
            one.second += sum(row[b] ** 2 for row in rows)


def _pair(names: tuple[str, str], sums: _Sums) -> Pair:
    size = math.sqrt(sums.first * sums.second)
    alike = sums.product / size if size else 0.0
    expected = sums.expected / sums.shared
    # Fisher's transform; what goes together wholly has no finite one.
    gap = math.atanh(min(alike, 0.9999)) - math.atanh(max(expected, -0.9999))
    return Pair(*names, sums.shared, alike, expected, gap * math.sqrt(max(sums.shared - 3, 0)))
