"""Standby seats: drawn after the panel, they move up before anybody new is asked."""

import copy
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from expertpool.draws.engine import (
    EngineError,
    Group,
    Skip,
    Supplement,
    build_record,
    build_rule,
    end_draw,
    event_from_dict,
    event_to_dict,
    exit_expert,
    find_difference,
    replay,
    seat_first,
    supplement,
)
from tests.draws.engine.samples import (
    in_order,
    numbers_of,
    opening_of,
    order_people,
    pools,
    random_record,
    seal_people,
)

ONE = {"g1": 1}


def nobody(commit):
    return None


def started(people, seats, standbys, **further):
    sealed = seal_people(people, seats, standbys=standbys, **further)
    return seat_first(in_order(sealed, range(len(people)))).state


def without(state, number):
    return exit_expert(state, opening_of(number).commit, "declined").state


def places(state, count):
    """Who sits where: person → group."""
    return {numbers_of([seat.commit], count)[0]: seat.group for seat in state.seats}


@pytest.mark.shows("DRAW-25")
def test_standbys_are_seated_after_the_panel_at_the_level_of_their_group():
    people = [(ONE, None), ({"g1": 2}, None), ({"g2": 1}, None), ({"g2": 3}, None), (ONE, None)]
    state = started(people, {"g1": 1, "g2": 1}, {"g1": 1, "g2": 1})
    assert places(state, 5) == {0: "g1", 2: "g2", 4: "s1", 3: "s2"}
    assert [seat.level for seat in state.seats] == [1, 1, 1, 3]


def test_nobody_of_the_panel_makes_room_for_a_standby():
    # 1 fits both groups: he sits in g1, and the standby seat of g2 stays free rather than move him.
    people = [({"g2": 1}, None), ({"g1": 1, "g2": 2}, None), (ONE, None)]
    state = started(people, {"g1": 1, "g2": 1}, {"g2": 1})
    assert places(state, 3) == {0: "g2", 1: "g1"}
    assert state.lacking == {}
    assert state.has_free_seats
    assert not state.was_short
    assert end_draw(state).state.end == "success"


@pytest.mark.shows("DRAW-25")
def test_the_longest_seated_standby_moves_up_and_a_new_one_comes_last():
    state = started([(ONE, None)] * 6, {"g1": 2}, {"g1": 2})
    assert places(state, 6) == {0: "g1", 1: "g1", 2: "s1", 3: "s1"}
    step = supplement(without(without(state, 2), 1), nobody)
    (event,) = step.events
    assert [seat.to_dict() for seat in event.moved_up] == [
        {"commit": opening_of(3).commit, "group": "g1", "level": 1}
    ]
    assert step.moved == step.moved_up == event.moved_up
    assert numbers_of([seat.commit for seat in step.seats], 6) == [4, 5]
    assert places(step.state, 6) == {0: "g1", 3: "g1", 4: "s1", 5: "s1"}


@pytest.mark.shows("DRAW-25")
def test_whoever_moves_up_is_not_asked_again_and_a_standby_seat_alone_is_not_lacking():
    state = started([(ONE, None)] * 3, {"g1": 2}, {"g1": 1})
    asked = []

    def unavailable(commit):
        asked.append(commit)

    step = supplement(without(state, 0), unavailable)
    assert asked == []
    assert places(step.state, 3) == {1: "g1", 2: "g1"}
    assert event_to_dict(step.events[0])["seats"] == []
    ended = end_draw(step.state)
    assert (ended.state.end, ended.events[0].lacking) == ("success", {})


def test_a_free_standby_seat_is_supplemented_before_the_end():
    state = without(started([(ONE, None)] * 5, {"g1": 2}, {"g1": 1}), 2)
    with pytest.raises(EngineError, match="尚未补抽"):
        end_draw(state)
    step = supplement(state, {opening_of(3).commit: "busy"}.get)
    assert [type(event) for event in step.events] == [Skip, Supplement]
    assert "moved_up" not in event_to_dict(step.events[1])
    assert places(step.state, 5) == {0: "g1", 1: "g1", 4: "s1"}


def test_a_standby_counts_for_the_cap_of_his_unit():
    people = [(ONE, "U1"), (ONE, "U1"), (ONE, "U2"), (ONE, "U2"), (ONE, "U3")]
    state = started(people, {"g1": 1}, {"g1": 1}, unit_cap=1)
    assert places(state, 5) == {0: "g1", 2: "s1"}
    state = supplement(without(state, 0), nobody).state
    assert places(state, 5) == {2: "g1", 1: "s1"}


def test_who_moved_up_may_be_moved_on_to_make_room():
    people = [({"g2": 1}, None), (ONE, None), ({"g1": 1, "g2": 2}, None), (ONE, None)]
    state = started(people, {"g1": 1, "g2": 1}, {"g1": 1})
    assert places(state, 4) == {0: "g2", 1: "g1", 2: "s1"}
    step = supplement(without(without(state, 0), 1), nobody)
    assert places(step.state, 4) == {2: "g2", 3: "g1"}
    assert [seat.group for seat in step.moved_up] == ["g2"]


@given(pools(), st.integers(0, 999), st.sampled_from([None, 1, 2]))
@pytest.mark.shows("DRAW-25")
def test_the_panel_is_drawn_as_if_there_were_no_standbys(pool, seed, unit_cap):
    people, seats = pool
    order = order_people(people, seats, seed=seed, unit_cap=unit_cap, standbys=seats)
    ranking = numbers_of([candidate.commit for candidate in order.candidates], len(people))
    alone = in_order(seal_people(people, seats, unit_cap=unit_cap), ranking)
    panel = [seat for seat in seat_first(order).seats if seat.group in seats]
    assert panel == list(seat_first(alone).seats)
    assert seat_first(order).state.lacking == seat_first(alone).state.lacking


@given(pools(), st.integers(0, 999))
def test_standbys_who_share_no_group_cost_the_panel_no_seat(pool, seed):
    """Through exits and supplements, however they fall, as long as all are available."""
    people, seats = pool
    people = [(dict([next(iter(fits.items()))]), None) for fits, _ in people]
    rnd = random.Random(seed)
    state = seat_first(order_people(people, seats, seed=seed, standbys=seats)).state
    gone = set()
    for _ in range(4):
        panel = [seat for seat in state.seats if seat.group in seats]
        if not panel:
            break
        leaver = rnd.choice(panel).commit
        gone.update(numbers_of([leaver], len(people)))
        state = supplement(exit_expert(state, leaver, "declined").state, nobody).state
        left = [fits for number, (fits, _) in enumerate(people) if number not in gone]
        for group, wanted in seats.items():
            filled = wanted - state.lacking.get(group, 0)
            assert filled == min(wanted, sum(group in fits for fits in left))


@given(pools(), st.integers(0, 999), st.sampled_from([None, 1, 2]))
@pytest.mark.shows("DRAW-25")
def test_a_standby_moves_up_before_anybody_new_is_asked(pool, seed, unit_cap):
    people, seats = pool
    order = order_people(people, seats, seed=seed, unit_cap=unit_cap, standbys=seats)
    state = seat_first(order).state
    waiting = [seat for seat in state.seats if seat.group not in seats]
    assume(waiting)
    first = waiting[0]
    home = f"g{first.group[1:]}"
    leaver = next(seat for seat in state.seats if seat.group == home)
    step = supplement(exit_expert(state, leaver.commit, "declined").state, nobody)
    assert [(seat.commit, seat.level) for seat in step.moved_up] == [(first.commit, first.level)]
    assert not step.state.lacking or state.lacking
    assert all(seat.group not in seats for seat in step.seats) or state.lacking


@given(pools(), st.integers(0, 999), st.randoms(use_true_random=False))
def test_the_names_of_groups_decide_nothing(pool, seed, rnd):
    people, seats = pool
    order = order_people(people, seats, seed=seed, standbys=seats)
    ranking = numbers_of([candidate.commit for candidate in order.candidates], len(people))
    ids = list(seats)
    other = dict(zip(ids, rnd.sample(["gx", "ga", "gm"], len(ids)), strict=True))
    renamed = seal_people(
        [({other[key]: level for key, level in fits.items()}, unit) for fits, unit in people],
        {other[key]: count for key, count in seats.items()},
        standbys={other[key]: count for key, count in seats.items()},
    )
    found = seat_first(in_order(renamed, ranking)).seats
    back = {f"s{other[key][1:]}": f"s{key[1:]}" for key in ids} | {other[key]: key for key in ids}
    assert [(seat.commit, back[seat.group]) for seat in found] == [
        (seat.commit, seat.group) for seat in seat_first(order).seats
    ]


def moved_up_record():
    """A record in which two standbys moved up."""
    order = order_people([(ONE, None)] * 8, {"g1": 3}, standbys={"g1": 2})
    step = seat_first(order)
    state, events = step.state, list(step.events)
    for seat in state.seats[:2]:
        step = exit_expert(state, seat.commit, "declined")
        state, events = step.state, events + list(step.events)
    step = supplement(state, nobody)
    events += [*step.events, *end_draw(step.state).events]
    return order, events, build_record(order, events).to_dict()


@pytest.mark.shows("DRAW-25")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda event: event.pop("moved_up"), "缺少 moved_up"),
        (lambda event: event["moved_up"].reverse(), "第 1 位递补应为"),
        (lambda event: event["moved_up"].pop(), "应有 2 位递补，记录里有 1 位递补"),
        (lambda event: event["moved_up"][0].update(group="s1"), "第 1 位递补应为"),
        (lambda event: event["moved_up"][1].update(level=2), "第 2 位递补应为"),
        (lambda event: event.update(moved_up=[]), "应有 2 位递补"),
    ],
)
def test_a_changed_list_of_those_who_moved_up_is_named(change, message):
    order, _, record = moved_up_record()
    assert find_difference(record) is None
    spoiled = copy.deepcopy(record)
    change(spoiled["events"][3])
    assert message in find_difference(spoiled)
    with pytest.raises(EngineError, match="候补递补与按规则重算的结果不一致"):
        replay(order, [event_from_dict(row) for row in spoiled["events"]])


def test_nobody_moves_up_where_nobody_stands_by():
    record = next(
        content
        for content in (random_record(seed).to_dict() for seed in range(0, 100, 2))
        if any(event["type"] == "supplement" for event in content["events"])
    )
    event = next(event for event in record["events"] if event["type"] == "supplement")
    event["moved_up"] = []
    assert "不应有 moved_up" in find_difference(record)


def rule_with(*groups):
    return build_rule(
        draw_id="D1",
        projects=["P1"],
        groups=[Group(key, key, 1, content) for key, content in groups],
        nonce_commit="00" * 32,
        contributors=[],
    )


@pytest.mark.parametrize(
    "groups",
    [
        [("g1", {}), ("s1", {"standby_for": "g2"})],
        [("s1", {"standby_for": "g1"}), ("g1", {})],
        [("g1", {}), ("s1", {"standby_for": "g1"}), ("s2", {"standby_for": "g1"})],
        [("g1", {}), ("s1", {"standby_for": "g1"}), ("s2", {"standby_for": "s1"})],
        [("g1", {}), ("s1", {"standby_for": "s1"})],
        [("g1", {}), ("s1", {"standby_for": None})],
        [("g1", {}), ("s1", {"standby_for": 1})],
    ],
)
def test_a_standby_group_names_an_ordinary_group_before_it(groups):
    with pytest.raises(EngineError, match="standby_for 必须是前面的一个条件组"):
        rule_with(*groups)
    _, _, record = moved_up_record()
    record["rule"]["groups"] = [
        {"id": key, "name": key, "seats": 1, **content} for key, content in groups
    ]
    assert "standby_for 必须是前面的一个条件组" in find_difference(record)


def test_a_candidate_names_no_standby_group():
    with pytest.raises(EngineError, match="不应列出候补组 s1"):
        seal_people([({"g1": 1, "s1": 1}, None)], {"g1": 1}, standbys={"g1": 1})
    _, _, record = moved_up_record()
    record["candidates"][0]["groups"]["s1"] = 1
    assert find_difference(record) == "第 1 位候选人不应列出候补组 s1"


@pytest.mark.parametrize("seed", range(1, 100, 2))
def test_accidental_lives_with_standbys_replay_and_verify(seed):
    record = random_record(seed)
    assert find_difference(record.to_dict()) is None
    assert replay(record.reorder(), record.events).event_count == len(record.events)


def test_the_lives_hold_standbys_who_moved_up():
    """The negative control of the tests that compare implementations by accidental lives."""
    moved = sum(
        "moved_up" in event
        for seed in range(2001, 2150, 2)
        for event in random_record(seed).to_dict()["events"]
    )
    assert moved > 20
