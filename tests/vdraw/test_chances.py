"""Fairness: exact counting over every order of small pools, and a test of fit over real draws."""

from collections import Counter
from itertools import permutations
from math import comb

import pytest

from tests.vdraw.samples import in_order, order_people, seal_people, seated_numbers
from vdraw import seat_first

# Chi-square, 19 degrees of freedom, 1 %.
CRITICAL_19 = 36.191


def panels(people, seats, **further):
    """How many of all orders lead to each panel."""
    sealed = seal_people(people, seats, **further)
    return Counter(
        frozenset(seated_numbers(seat_first(in_order(sealed, numbers)).state, len(people)))
        for numbers in permutations(range(len(people)))
    )


@pytest.mark.shows("DRAW-03")
def test_with_one_group_every_panel_is_equally_likely():
    counts = panels([({"g1": 1}, None)] * 6, {"g1": 2})
    assert len(counts) == comb(6, 2)
    assert len(set(counts.values())) == 1


@pytest.mark.shows("DRAW-03", "DRAW-08")
def test_without_common_candidates_every_panel_is_equally_likely():
    counts = panels([({"g1": 1}, None)] * 3 + [({"g2": 1}, None)] * 3, {"g1": 2, "g2": 1})
    assert len(counts) == comb(3, 2) * comb(3, 1)
    assert len(set(counts.values())) == 1


@pytest.mark.shows("DRAW-03", "DRAW-09")
@pytest.mark.parametrize("unit_cap", [None, 1])
def test_candidates_alike_have_equal_chances(unit_cap):
    people = [
        *[({"g1": 1, "g2": 2}, "U1")] * 2,
        *[({"g1": 1}, "U2")] * 2,
        *[({"g2": 1}, "U1")] * 2,
        ({"g1": 2, "g2": 1}, None),
    ]
    counts = panels(people, {"g1": 2, "g2": 1}, unit_cap=unit_cap)
    chance = Counter()
    for panel, count in counts.items():
        chance.update(dict.fromkeys(panel, count))
    for one, other in ((0, 1), (2, 3), (4, 5)):
        assert chance[one] == chance[other]


@pytest.mark.shows("DRAW-03")
@pytest.mark.parametrize("hash_name", ["sha256", "sm3"])
def test_over_many_draws_everybody_is_drawn_equally_often(hash_name):
    people, seats, runs = 20, 5, 3000
    drawn, first = Counter(), Counter()
    for seed in range(runs):
        order = order_people(
            [({"g1": 1}, None)] * people, {"g1": seats}, seed=seed, hash_name=hash_name
        )
        numbers = seated_numbers(seat_first(order).state, people)
        assert len(set(numbers)) == seats
        drawn.update(numbers)
        first[numbers[0]] += 1
    # Draws without replacement vary less than independent ones, by the factor below.
    spread = (people - 1) / (people - seats)
    assert chi_square(drawn, people) * spread < CRITICAL_19
    assert chi_square(first, people) < CRITICAL_19


def chi_square(counts, people):
    expected = counts.total() / people
    return sum((counts[i] - expected) ** 2 / expected for i in range(people))
