"""Prices as points."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from expertpool.reviews.calculation.tree import Base, Formula, Indicator

CENT = Fraction(1, 100)


def counting(formula: Formula, prices: Sequence[Decimal]) -> list[Decimal]:
    """Return the prices that count for the base: those within the bounds, or all where none is within them."""
    if not prices or (formula.low is None and formula.high is None):
        return list(prices)
    mean = mean_of(prices)
    found = [
        one
        for one in prices
        if (formula.low is None or Fraction(one) >= mean * Fraction(formula.low) * CENT)
        and (formula.high is None or Fraction(one) <= mean * Fraction(formula.high) * CENT)
    ]
    return found or list(prices)


def mean_of(prices: Sequence[Decimal]) -> Fraction:
    return sum(map(Fraction, prices), Fraction(0)) / len(prices)


def base_price(formula: Formula, prices: Sequence[Decimal]) -> Fraction | None:
    """Return the price that gets all points, of ``prices`` of all items that have not fallen; None without any."""
    found = counting(formula, prices)
    if not found:
        return None
    base = Fraction(min(found)) if formula.base is Base.LOWEST else mean_of(found)
    return base * (1 - Fraction(formula.less) * CENT)


def deviation(price: Decimal, base: Fraction) -> Fraction:
    """Return by how many per cent ``price`` is above ``base``; less than nothing: below."""
    return (Fraction(price) - base) / base * 100 if base else Fraction(0)


def price_points(indicator: Indicator, price: Decimal, base: Fraction) -> Fraction:
    """Return the points of ``price`` before any weight, within the bounds of ``indicator``."""
    formula = indicator.formula or Formula()
    highest, lowest = Fraction(indicator.high), Fraction(indicator.low)
    if formula.up is None and formula.down is None:
        points = highest * base / Fraction(price) if price else highest
    else:
        off = deviation(price, base)
        factor = formula.up if off > 0 else formula.down
        points = highest - abs(off) * Fraction(factor or 0)
    return max(lowest, min(highest, points))
