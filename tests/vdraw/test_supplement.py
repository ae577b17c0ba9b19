"""Steps 5 to 7: exits, supplements, the end."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vdraw.samples import (
    in_order,
    live,
    numbers_of,
    opening_of,
    order_people,
    pools,
    random_record,
    seal_people,
    seated_numbers,
)
from vdraw import (
    Drawn,
    EngineError,
    Exit,
    Person,
    Skip,
    Supplement,
    end_draw,
    exit_expert,
    find_difference,
    replay,
    seat_first,
    supplement,
    void_draw,
)


def nobody(commit):
    return None


def started(people, seats, order=None, **further):
    """The state after the first seating, turns coming in the people's own order unless given."""
    sealed = seal_people(people, seats, **further)
    return seat_first(in_order(sealed, order or range(len(people)))).state


def without(state, *numbers):
    for number in numbers:
        state = exit_expert(state, opening_of(number).commit, "declined").state
    return state


ONE = {"g1": 1}


@pytest.mark.shows("DRAW-15")
def test_the_next_of_the_same_order_takes_a_free_seat():
    state = without(started([(ONE, None)] * 5, {"g1": 2}), 0)
    step = supplement(state, nobody)
    assert numbers_of([seat.commit for seat in step.seats], 5) == [2]
    assert seated_numbers(step.state, 5) == [1, 2]
    assert step.moved == ()


@pytest.mark.shows("DRAW-15")
def test_supplements_go_on_until_nobody_is_left():
    state = started([(ONE, None)] * 4, {"g1": 2})
    taken = []
    for _ in range(4):
        state = without(state, seated_numbers(state, 4)[0])
        step = supplement(state, nobody)
        state = step.state
        taken.append(numbers_of([seat.commit for seat in step.seats], 4))
        if len(state.seats) == 0:
            break
    assert taken == [[2], [3], [], []]
    end = end_draw(state).events[0]
    assert (end.state, end.lacking) == ("unsatisfied", {"g1": 2})


@pytest.mark.shows("DRAW-18")
def test_the_substitute_fits_the_group_of_the_free_seat():
    people = [(ONE, None), ({"g2": 1}, None), ({"g2": 1}, None), ({"g1": 2}, None), (ONE, None)]
    state = without(started(people, {"g1": 1, "g2": 1}), 0)
    step = supplement(state, nobody)
    assert [(seat.commit, seat.group, seat.level) for seat in step.seats] == [
        (opening_of(4).commit, "g1", 1)
    ]
    step = supplement(without(step.state, 4), nobody)
    assert [(seat.commit, seat.group, seat.level) for seat in step.seats] == [
        (opening_of(3).commit, "g1", 2)
    ]


def test_availability_is_asked_only_when_a_turn_comes_and_once():
    people = [
        (ONE, "U1"),
        (ONE, "U2"),
        ({"g2": 1}, "U3"),
        (ONE, "U4"),
        ({"g1": 2}, "U5"),
        (ONE, "U2"),
        (ONE, "U6"),
        (ONE, "U7"),
    ]
    state = started(people, {"g1": 2, "g2": 1}, unit_cap=1)
    asked = []

    def unavailable(commit):
        asked.append(numbers_of([commit], 8)[0])
        return "on_leave" if asked[-1] == 3 else None

    step = supplement(without(state, 0), unavailable)
    # 5 works where 1 works, 7 and 4 come after 6.
    assert asked == [3, 6]
    assert [type(event) for event in step.events] == [Skip, Supplement]
    assert step.events[0] == Skip(3, opening_of(3).commit, "on_leave")
    assert seated_numbers(step.state, 8) == [1, 2, 6]
    # A skip holds for one seating only.
    again = supplement(without(step.state, 6), nobody)
    assert seated_numbers(again.state, 8) == [1, 2, 3]


def test_a_unit_may_come_again_when_its_expert_has_left():
    people = [(ONE, "U1"), (ONE, "U1"), (ONE, "U2")]
    state = started(people, {"g1": 1}, unit_cap=1)
    assert seated_numbers(supplement(without(state, 0), nobody).state, 3) == [1]


def test_a_seat_nobody_fits_directly_is_filled_by_moving_somebody():
    people = [({"g1": 1, "g2": 2}, None), ({"g2": 1}, None), (ONE, None)]
    state = without(started(people, {"g1": 1, "g2": 1}), 1)
    step = supplement(state, nobody)
    # Only 2 is left and fits g1 alone, so 0 moves from g1 to g2.
    assert seated_numbers(step.state, 3) == [0, 2]
    assert [seat.group for seat in step.state.seats] == ["g2", "g1"]
    assert [(seat.commit, seat.group, seat.level) for seat in step.moved] == [
        (opening_of(0).commit, "g2", 2)
    ]
    assert [seat.commit for seat in step.seats] == [opening_of(2).commit]


@given(pools(), st.integers(0, 999), st.sampled_from([None, 1, 2]))
@pytest.mark.shows("DRAW-15", "DRAW-18")
def test_a_supplement_takes_the_best_level_that_is_left(pool, seed, unit_cap):
    people, seats = pool
    rnd = random.Random(seed)
    state = seat_first(order_people(people, seats, seed=seed, unit_cap=unit_cap)).state
    leavers = rnd.sample(seated_numbers(state, len(people)), len(state.seats) // 2)
    state = without(state, *leavers)
    if not state.lacking:
        return
    skipped = {opening_of(i).commit: "busy" for i in range(len(people)) if rnd.random() < 0.3}
    free = state.lacking
    step = supplement(state, skipped.get)
    seated = set(seated_numbers(step.state, len(people)))
    used = seated | set(leavers)
    assert not {seat.commit for seat in step.seats} & skipped.keys()
    assert not seated & set(leavers)
    for seat in step.seats:
        if step.moved or free.get(seat.group, 0) < 1:
            continue  # filled by moving somebody
        free[seat.group] -= 1
        for i, (fits, unit) in enumerate(people):
            better = fits.get(seat.group, 9) < seat.level
            if better and i not in used and opening_of(i).commit not in skipped:
                assert unit_cap is not None
                assert unit is not None
                units = [people[other][1] for other in seated]
                assert units.count(unit) >= unit_cap


@given(pools(), st.integers(0, 999))
@pytest.mark.shows("DRAW-15")
def test_a_supplement_fills_whatever_those_who_are_left_can_fill(pool, seed):
    people, seats = pool
    rnd = random.Random(seed)
    state = seat_first(order_people(people, seats, seed=seed)).state
    state = without(state, *rnd.sample(seated_numbers(state, len(people)), len(state.seats) // 2))
    if not state.lacking:
        return
    after = supplement(state, nobody).state
    assert_nobody_more_fits(people, seats, after)


def assert_nobody_more_fits(people, seats, state):
    """No unused expert can be seated even if all those seated may change their groups."""
    seated = seated_numbers(state, len(people))
    used = set(
        numbers_of([state.order.sealed.candidates[i].commit for i in state.used], len(people))
    )
    for i in set(range(len(people))) - used:
        crowd = [people[j] for j in [*seated, i]]
        crowded = seat_first(in_order(seal_people(crowd, seats), range(len(crowd)))).state
        assert len(crowded.seats) == len(seated)


@given(pools(), st.integers(0, 10**6), st.sampled_from([None, 1, 2]))
@pytest.mark.shows("DRAW-15", "DRAW-18")
def test_through_a_whole_life_nobody_returns_and_no_limit_is_passed(pool, seed, unit_cap):
    people, seats = pool
    order = order_people(people, seats, seed=seed, unit_cap=unit_cap)
    state, events = live(order, random.Random(seed))
    assert [event.n for event in events] == list(range(1, len(events) + 1))
    for count in range(1, len(events) + 1):
        if not isinstance(events[count - 1], Skip):
            assert_sound(people, seats, unit_cap, replay(order, events[:count]), events[:count])
    assert replay(order, events) == state


def assert_sound(people, seats, unit_cap, state, events):
    commits = [seat.commit for seat in state.seats]
    gone = {event.commit for event in events if isinstance(event, Exit)}
    came = [
        seat.commit
        for event in events
        if isinstance(event, Drawn | Supplement)
        for seat in event.seats
    ]
    assert len(set(came)) == len(came)
    assert set(commits) == set(came) - gone
    numbers = numbers_of(commits, len(people))
    units = [people[number][1] for number in numbers if people[number][1]]
    assert unit_cap is None or all(units.count(unit) <= unit_cap for unit in units)
    for number, seat in zip(numbers, state.seats, strict=True):
        assert people[number][0][seat.group] == seat.level
    for group, wanted in seats.items():
        assert sum(seat.group == group for seat in state.seats) <= wanted


def test_the_end_says_success_when_every_seat_is_taken():
    state = started([(ONE, None)] * 3, {"g1": 2})
    assert end_draw(state).state.end == "success"
    replaced = supplement(without(state, 0), nobody).state
    assert end_draw(replaced).state.end == "success"


@pytest.mark.shows("DRAW-15")
def test_a_draw_that_fell_short_and_was_completed_ends_as_success_by_supplement():
    state = without(started([(ONE, None)] * 3, {"g1": 2}), 0)
    state = supplement(state, lambda commit: "on_leave").state
    short = end_draw(state)
    assert short.state.end == "unsatisfied"
    # Back from leave: an added supplement reopens the list.
    state = supplement(short.state, nobody).state
    assert end_draw(state).state.end == "success_supplement"


def test_an_expert_may_leave_after_the_end_and_is_supplemented():
    state = end_draw(started([(ONE, None)] * 3, {"g1": 2})).state
    state = supplement(without(state, 1), nobody).state
    assert end_draw(state).state.end == "success"


def test_a_void_draw_needs_a_reason_and_two_persons_and_is_final():
    state = started([(ONE, None)] * 3, {"g1": 2})
    first, second, nameless = Person("operator", "a"), Person("supervisor", "b"), Person("expert")
    same = Person("supervisor", "a")
    for reason, by in [
        ("", (first, second)),
        ("名单泄露", (first, same)),
        ("名单泄露", (first, nameless)),
        ("名单泄露", (first,)),
    ]:
        with pytest.raises(EngineError, match="作废必须"):
            void_draw(state, reason, by)
    void = void_draw(state, "名单泄露", (first, second)).state
    assert void.end == "void"
    commit = void.seats[0].commit
    for act in (
        lambda: exit_expert(void, commit, "leave"),
        lambda: supplement(void, nobody),
        lambda: end_draw(void),
        lambda: void_draw(void, "再次", (first, second)),
    ):
        with pytest.raises(EngineError, match="已作废"):
            act()


def test_steps_that_make_no_sense_are_refused():
    state = started([(ONE, None)] * 3, {"g1": 2})
    with pytest.raises(EngineError, match="没有空席"):
        supplement(state, nobody)
    with pytest.raises(EngineError, match="不在席位上"):
        exit_expert(state, opening_of(2).commit, "declined")
    with pytest.raises(EngineError, match="未知的退出原因"):
        exit_expert(state, opening_of(0).commit, "bored")
    left = without(state, 0)
    with pytest.raises(EngineError, match="不在席位上"):
        exit_expert(left, opening_of(0).commit, "declined")
    with pytest.raises(EngineError, match="尚未补抽"):
        end_draw(left)
    with pytest.raises(EngineError, match="未知的跳过原因"):
        supplement(left, lambda commit: "unloved")
    with pytest.raises(EngineError, match="已经结束"):
        end_draw(end_draw(state).state)


@pytest.mark.parametrize("seed", range(150))
def test_the_independent_verifier_agrees_with_accidental_lives(seed):
    assert find_difference(random_record(seed).to_dict()) is None
