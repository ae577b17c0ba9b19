"""Step 4: properties of the first seating against brute force on small pools."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vdraw.samples import (
    in_order,
    most_seats,
    numbers_of,
    order_people,
    pools,
    seal_people,
    seated_numbers,
)
from vdraw import seat_first


@given(pools(), st.integers(0, 99))
@pytest.mark.shows("DRAW-08")
def test_as_many_seats_are_taken_as_any_assignment_could_take(pool, seed):
    people, seats = pool
    state = seat_first(order_people(people, seats, seed=seed)).state
    assert len(state.seats) == most_seats([fits for fits, _ in people], seats)
    assert sum(state.lacking.values()) == sum(seats.values()) - len(state.seats)


@given(pools(), st.integers(0, 99), st.sampled_from([None, 1, 2]))
@pytest.mark.shows("DRAW-08")
def test_seats_are_taken_by_different_experts_who_fit(pool, seed, unit_cap):
    people, seats = pool
    order = order_people(people, seats, seed=seed, unit_cap=unit_cap)
    step = seat_first(order)
    taken = step.state.seats
    assert taken == step.seats
    numbers = seated_numbers(step.state, len(people))
    assert len(set(numbers)) == len(numbers)
    for number, seat in zip(numbers, taken, strict=True):
        assert people[number][0][seat.group] == seat.level
    for group, wanted in seats.items():
        assert sum(seat.group == group for seat in taken) <= wanted
    units = [people[number][1] for number in numbers if people[number][1]]
    assert unit_cap is None or all(units.count(unit) <= unit_cap for unit in units)


@given(pools(overlapping=False), st.integers(0, 99))
@pytest.mark.shows("DRAW-09")
def test_a_lower_level_is_used_only_after_all_higher_ones_of_the_group(pool, seed):
    people, seats = pool
    state = seat_first(order_people(people, seats, seed=seed)).state
    seated = set(seated_numbers(state, len(people)))
    for seat in state.seats:
        better = {i for i, (fits, _) in enumerate(people) if fits.get(seat.group, 9) < seat.level}
        assert better <= seated


@given(pools(), st.randoms(use_true_random=False), st.sampled_from([None, 1]))
@pytest.mark.shows("DRAW-09", "DRAW-10")
def test_fallbacks_only_add_to_what_the_better_levels_seat(pool, rnd, unit_cap):
    """With common candidates too: the draw among levels up to L is the beginning of the whole one."""
    people, seats = pool
    order = rnd.sample(range(len(people)), len(people))
    whole = seated_in_order(people, seats, order, unit_cap)
    for level in (1, 2):
        cut = [
            ({key: at for key, at in fits.items() if at <= level}, unit) for fits, unit in people
        ]
        kept = [i for i in order if cut[i][0]]
        narrow = seated_in_order(cut, seats, kept, unit_cap)
        assert whole[: len(narrow)] == narrow


def seated_in_order(people, seats, order, unit_cap):
    """Who is seated, in seating order, if the people's turns come in ``order``."""
    sealed = seal_people(
        [person if person[0] else ({next(iter(seats)): 1}, None) for person in people],
        seats,
        unit_cap=unit_cap,
    )
    return seated_numbers(seat_first(in_order(sealed, order)).state, len(people))


@given(pools(), st.randoms(use_true_random=False), st.sampled_from([None, 1]))
@pytest.mark.shows("DRAW-03")
def test_who_is_seated_does_not_depend_on_the_order_or_names_of_groups(pool, rnd, unit_cap):
    people, seats = pool
    order = rnd.sample(range(len(people)), len(people))
    usual = seated_in_order(people, seats, order, unit_cap)
    for ids in permutations(seats):
        turned = {key: seats[key] for key in ids}
        assert sorted(seated_in_order(people, turned, order, unit_cap)) == sorted(usual)
    renamed = [({f"x{key}": at for key, at in fits.items()}, unit) for fits, unit in people]
    named = {f"x{key}": count for key, count in seats.items()}
    assert seated_in_order(renamed, named, order, unit_cap) == usual


def test_an_expert_moves_on_to_make_room():
    people = [({"g1": 1, "g2": 1}, None), ({"g1": 1}, None)]
    state = seat_first(in_order(seal_people(people, {"g1": 1, "g2": 1}), [0, 1])).state
    assert seated_numbers(state, 2) == [0, 1]
    assert [seat.group for seat in state.seats] == ["g2", "g1"]


def test_the_record_says_from_which_level_each_came():
    people = [({"g1": 2}, None), ({"g1": 1}, None), ({"g1": 3}, None)]
    step = seat_first(in_order(seal_people(people, {"g1": 2}), [2, 0, 1]))
    assert numbers_of([seat.commit for seat in step.seats], 3) == [1, 0]
    assert [seat.level for seat in step.seats] == [1, 2]


def test_six_and_three_give_nine_different_experts():
    people = [({"g1": 1, "g2": 1}, None)] * 3 + [({"g1": 1}, None)] * 4 + [({"g2": 1}, None)] * 2
    for seed in range(50):
        state = seat_first(order_people(people, {"g1": 6, "g2": 3}, seed=seed)).state
        assert len({seat.commit for seat in state.seats}) == 9
        assert not state.lacking
