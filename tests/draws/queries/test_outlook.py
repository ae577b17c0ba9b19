"""The arithmetic of chances and panels, against enumeration."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, log2

import pytest

from expertpool.draws.queries.outlook import (
    at_least,
    fill_chance,
    joined_groups,
    panel_bits,
    tally,
)

A, B, AB = frozenset("a"), frozenset("b"), frozenset("ab")


def enumerated_chance(
    seats: dict[str, int], kinds: dict[frozenset[str], int], rate: float
) -> float:
    """Every pattern of answers, and every assignment: only for a few people."""
    people = [kind for kind, count in kinds.items() for _ in range(count)]
    places = [group for group, count in seats.items() for _ in range(count)]
    chance = 0.0
    for answers in product((True, False), repeat=len(people)):
        agreed = [kind for kind, answer in zip(people, answers, strict=True) if answer]
        if _fills(agreed, places):
            chance += rate ** len(agreed) * (1 - rate) ** (len(people) - len(agreed))
    return chance


def _fills(people: list[frozenset[str]], places: list[str]) -> bool:
    if not places:
        return True
    return any(
        places[0] in kind and _fills(people[:at] + people[at + 1 :], places[1:])
        for at, kind in enumerate(people)
    )


def test_binomial_tail() -> None:
    expected = sum(comb(10, k) * 0.3**k * 0.7 ** (10 - k) for k in range(4, 11))
    assert at_least(10, 0.3, 4) == pytest.approx(expected)
    assert (at_least(3, 0.9, 4), at_least(3, 0.9, 0), at_least(3, 1.0, 3)) == (0.0, 1.0, 1.0)
    assert at_least(100_000, 0.5, 5) == pytest.approx(1)


def test_groups_without_common_candidates_are_exact() -> None:
    seats, kinds = {"a": 2, "b": 1}, {A: 4, B: 2}
    assert fill_chance(seats, kinds, 0.6) == pytest.approx(enumerated_chance(seats, kinds, 0.6))


@pytest.mark.parametrize("kinds", [{A: 3, B: 2, AB: 2}, {AB: 6}, {A: 1, AB: 5}])
@pytest.mark.parametrize("rate", [0.4, 0.8])
def test_groups_with_common_candidates_are_close(
    kinds: dict[frozenset[str], int], rate: float
) -> None:
    seats = {"a": 2, "b": 2}
    chance = fill_chance(seats, kinds, rate)
    assert chance == pytest.approx(enumerated_chance(seats, kinds, rate), abs=0.02)
    assert chance == fill_chance(seats, kinds, rate)  # nobody gets another answer by asking again


def test_too_few_people_never_fill() -> None:
    assert fill_chance({"a": 3}, {A: 2}, 0.9) == 0
    assert fill_chance({"a": 2, "b": 2}, {AB: 3}, 0.9) == 0


def test_joined_groups() -> None:
    seats = {"a": 1, "b": 1, "c": 1}
    assert joined_groups(seats, {A: 1, frozenset("bc"): 1}) == [["a"], ["b", "c"]]
    assert joined_groups(seats, {AB: 1, frozenset("bc"): 1}) == [["a", "b", "c"]]


def test_bits_of_one_group_and_of_separate_groups() -> None:
    assert panel_bits({"a": 5}, tally([{"a": 1}] * 60)) == pytest.approx(log2(comb(60, 5)))
    both = [{"a": 1}] * 20 + [{"b": 1}] * 10
    assert panel_bits({"a": 3, "b": 2}, tally(both)) == pytest.approx(
        log2(comb(20, 3) * comb(10, 2))
    )


def test_levels_that_are_used_up_leave_nothing_to_guess() -> None:
    people = tally([{"a": 1}] * 2 + [{"a": 2}] * 10)
    assert panel_bits({"a": 3}, people) == pytest.approx(log2(10))
    assert panel_bits({"a": 2}, people) == 0
    assert panel_bits({"a": 20}, people) == 0


@pytest.mark.parametrize(
    "people",
    [
        [{"a": 1, "b": 1}] * 9,
        [{"a": 1, "b": 1}] * 3 + [{"a": 1}] * 4 + [{"b": 1}] * 4,
        [{"a": 1, "b": 1}] + [{"a": 1}] * 4 + [{"b": 1}] * 4,
    ],
)
def test_shared_candidates_are_never_overstated(people: list[dict[str, int]]) -> None:
    kinds = [frozenset(fits) for fits in people]
    panels = sum(
        _fills([kinds[at] for at in chosen], list("aabb"))
        for chosen in combinations(range(len(people)), 4)
    )
    assert 0 < panel_bits({"a": 2, "b": 2}, tally(people)) <= log2(panels) + 1e-9


def test_whoever_fits_alike_is_counted_and_not_looked_at() -> None:
    senior, junior = {"a": 1, "b": 1}, {"a": 2}
    assert tally([senior] * 90_000 + [junior] * 10_000) == [(senior, 90_000), (junior, 10_000)]
    # The same in mappings of their own: more rows, and no other outcome.
    apart = tally([dict(senior) for _ in range(9)])
    assert panel_bits({"a": 2, "b": 2}, apart) == panel_bits({"a": 2, "b": 2}, [(senior, 9)])
