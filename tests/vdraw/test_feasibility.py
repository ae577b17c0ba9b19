"""Pre-query: counts, and which groups fall short together."""

from itertools import combinations

from hypothesis import given

from tests.vdraw.samples import most_seats, pools
from vdraw import Group, check_feasibility


def groups_of(seats):
    return [Group(key, f"专业{key}", count) for key, count in seats.items()]


@given(pools(max_groups=4))
def test_shortages_are_disjoint_sets_that_explain_every_seat_that_stays_free(pool):
    people, seats = pool
    fits = [person[0] for person in people]
    result = check_feasibility(groups_of(seats), fits)
    free = sum(seats.values()) - most_seats(fits, seats)
    assert sum(shortage.lack for shortage in result.shortages) == free
    assert result.is_feasible == (free == 0)
    named = [group for shortage in result.shortages for group in shortage.groups]
    assert len(set(named)) == len(named)
    for shortage in result.shortages:
        assert shortage.seats == sum(seats[group] for group in shortage.groups)
        assert shortage.candidates == len([one for one in fits if set(one) & set(shortage.groups)])
        assert shortage.lack > 0


@given(pools(max_groups=4))
def test_it_is_feasible_exactly_if_every_set_of_groups_has_candidates_enough(pool):
    people, seats = pool
    fits = [person[0] for person in people]
    hall = all(
        len([one for one in fits if set(one) & set(some)]) >= sum(seats[key] for key in some)
        for size in range(1, len(seats) + 1)
        for some in combinations(seats, size)
    )
    assert check_feasibility(groups_of(seats), fits).is_feasible == hall


def test_counts_are_per_group_and_level_and_over_all():
    people = [{"g1": 1, "g2": 2}, {"g1": 1}, {"g1": 3}, {"g2": 1}]
    result = check_feasibility(groups_of({"g1": 2, "g2": 1, "g3": 1}), people)
    assert result.total == 4
    assert result.by_level == {"g1": {1: 2, 3: 1}, "g2": {1: 1, 2: 1}, "g3": {}}
    assert [result.count_in(key) for key in ("g1", "g2", "g3")] == [3, 2, 0]
    assert [(item.groups, item.lack) for item in result.shortages] == [(("g3",), 1)]


def test_groups_that_share_their_candidates_fall_short_together():
    people = [{"g1": 1, "g2": 1}] * 3 + [{"g3": 1}] * 5
    result = check_feasibility(groups_of({"g1": 2, "g2": 2, "g3": 2}), people)
    assert [(item.groups, item.lack) for item in result.shortages] == [(("g1", "g2"), 1)]
