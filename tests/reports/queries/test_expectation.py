"""The arithmetic of chance: against enumeration, known values and simulated periods."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product
from math import prod

import pytest

from expertpool.reports.queries.expectation import (
    chi_square_tail,
    compare_counts,
    drawn_times,
    residual_of,
    tail_of,
)


def test_drawn_times_against_enumeration() -> None:
    chances = [0.1, 0.5, 0.25]
    expected = [0.0] * 4
    for pattern in product((0, 1), repeat=3):
        share = prod(c if hit else 1 - c for c, hit in zip(chances, pattern, strict=True))
        expected[sum(pattern)] += share
    assert drawn_times(chances) == pytest.approx(expected)
    assert tail_of(drawn_times(chances), 2) == pytest.approx(expected[2] + expected[3])
    assert tail_of(drawn_times(chances), 0) == pytest.approx(1)
    assert tail_of(drawn_times([]), 0) == 1


def test_residual() -> None:
    assert residual_of([0.5] * 4, 4) == pytest.approx(2)
    assert residual_of([0.5] * 4, 2) == 0
    assert residual_of([1.0, 1.0], 2) is None  # nothing was left to chance
    assert residual_of([], 0) is None


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [(18.307, 10, 0.05), (43.773, 30, 0.05), (50.892, 30, 0.01), (124.342, 100, 0.05), (0, 9, 1.0)],
)
def test_chi_square_tail_gives_the_printed_tables(
    statistic: float, freedom: int, tail: float
) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(tail, abs=1e-3)


Period = list[tuple[list[float], int]]


def period(source: random.Random, *, favoured: int = 0) -> Period:
    """60 draws of 5 out of 200; one of the ``favoured`` first has a seat in each second draw."""
    drawn = [0] * 200
    for number in range(60):
        chosen = source.sample(range(200), 5)
        if favoured and number % 2:
            lucky = source.randrange(favoured)
            chosen = [lucky, *[one for one in chosen if one != lucky][:4]]
        for one in chosen:
            drawn[one] += 1
    return [([5 / 200] * 60, count) for count in drawn]


def sparse(source: random.Random) -> Period:
    """20 draws of 5, of which most can seat 600, and some only a hundred of them."""
    drawn = [0] * 600
    chances: list[list[float]] = [[] for _ in range(600)]
    for number in range(20):
        pool = 600 if number % 4 else 100
        for one in range(pool):
            chances[one].append(5 / pool)
        for one in source.sample(range(pool), 5):
            drawn[one] += 1
    return list(zip(chances, drawn, strict=True))


@pytest.mark.parametrize("make", [period, sparse])
def test_honest_periods_are_seldom_suspected(make: Callable[[random.Random], Period]) -> None:
    source = random.Random(20261124)
    values = [compare_counts(make(source)).p for _ in range(200)]
    known = [p for p in values if p is not None]
    assert len(known) == 200
    # One in twenty is 10 of 200; four standard deviations are 12.
    assert sum(p < 0.05 for p in known) <= 22
    assert sum(p < 0.01 for p in known) <= 8
    assert 65 <= sum(p < 0.5 for p in known) <= 130


def test_favourites_are_found() -> None:
    source = random.Random(7)
    for _ in range(10):
        found = compare_counts(period(source, favoured=5))
        assert found.p is not None
        assert found.p < 0.01


def test_too_few_draws_are_not_tested() -> None:
    found = compare_counts([([0.1], 0)] * 90 + [([0.1], 1)] * 10)
    assert (found.p, found.statistic, found.freedom) == (None, None, 0)
    assert [(times, seen) for times, seen, _ in found.cells] == [(0, 90), (1, 10)]
    assert compare_counts([]).cells == []
    assert compare_counts([([1.0] * 9, 9)] * 9).p is None  # nothing was left to chance


def test_everybody_stands_in_one_cell() -> None:
    found = compare_counts([([0.2] * 5, 1)] * 40)
    assert sum(seen for _, seen, _ in found.cells) == 40
    assert sum(share for _, _, share in found.cells) == pytest.approx(40)
    assert all(share >= 1 for _, _, share in found.cells)
