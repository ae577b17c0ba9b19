"""Standby seats: drawn after the panel, they move up before anybody new is asked."""

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.vdraw.samples import (
    in_order,
    numbers_of,
    opening_of,
    order_people,
    pools,
    random_record,
    seal_people,
)
from vdraw import (
    EngineError,
    Group,
    Seat,
    Skip,
    Supplement,
    build_record,
    build_rule,
    end_draw,
    event_from_dict,
    exit_expert,
    find_difference,
    replay,
    seat_first,
    supplement,
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


@pytest.mark.shows("DRAW-15")
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


@pytest.mark.shows("DRAW-15")
def test_the_longest_seated_standby_moves_up_and_a_new_one_comes_last():
    state = started([(ONE, None)] * 6, {"g1": 2}, {"g1": 2})
    assert places(state, 6) == {0: "g1", 1: "g1", 2: "s1", 3: "s1"}
    state = without(state, 2)
    assert places(state, 6) == {0: "g1", 1: "g1", 3: "s1"}
    step = exit_expert(state, opening_of(1).commit, "declined")
    assert step.moved_up == Seat(opening_of(3).commit, "g1", 1)
    assert step.events[0].moved_up == step.moved_up
    assert step.moved == (step.moved_up,)
    step = supplement(step.state, nobody)
    assert numbers_of([seat.commit for seat in step.seats], 6) == [4, 5]
    assert places(step.state, 6) == {0: "g1", 3: "g1", 4: "s1", 5: "s1"}


def test_nobody_moves_up_for_a_standby_or_where_nobody_stands_by():
    state = started([(ONE, None)] * 2 + [({"g2": 1}, None)] * 3, {"g1": 2, "g2": 1}, {"g2": 1})
    assert exit_expert(state, opening_of(0).commit, "declined").moved_up is None
    assert exit_expert(state, opening_of(3).commit, "declined").moved_up is None
    assert exit_expert(state, opening_of(2).commit, "declined").moved_up is not None


@pytest.mark.shows("DRAW-15", "DRAW-32")
def test_a_free_standby_seat_may_be_supplemented_and_never_keeps_a_draw_from_ending():
    state = without(started([(ONE, None)] * 4, {"g1": 2}, {"g1": 1}), 0)
    assert places(state, 4) == {1: "g1", 2: "g1"}
    assert state.has_free_seats
    ended = end_draw(state)
    assert (ended.state.end, ended.events[0].lacking) == ("success", {})
    step = supplement(ended.state, {opening_of(3).commit: "busy"}.get)
    assert [type(event) for event in step.events] == [Skip, Supplement]
    assert end_draw(step.state).state.end == "success"
    step = supplement(step.state, nobody)
    assert places(step.state, 4) == {1: "g1", 2: "g1", 3: "s1"}


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
    step = supplement(without(without(state, 1), 0), nobody)
    assert places(step.state, 4) == {2: "g2", 3: "g1"}
    assert [seat.group for seat in step.moved] == ["g2"]


@given(pools(), st.integers(0, 999), st.sampled_from([None, 1, 2]))
@pytest.mark.shows("DRAW-15")
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
@pytest.mark.shows("DRAW-15")
def test_a_standby_moves_up_before_anybody_new_is_asked(pool, seed, unit_cap):
    people, seats = pool
    order = order_people(people, seats, seed=seed, unit_cap=unit_cap, standbys=seats)
    state = seat_first(order).state
    rule = order.sealed.rule
    waiting = [group for group in rule.standby if state.sitting[group]]
    assume(waiting)
    longest = order.sealed.candidates[state.sitting[waiting[0]][0]].commit
    (first,) = [seat for seat in state.seats if seat.commit == longest]
    home = f"g{first.group[1:]}"
    leaver = next(seat for seat in state.seats if seat.group == home)
    step = exit_expert(state, leaver.commit, "declined")
    assert step.moved_up == Seat(first.commit, home, first.level)
    assert step.state.lacking == state.lacking


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


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda events: events[1].pop("moved_up"), "缺少 moved_up"),
        (lambda events: events[1].update(moved_up=events[2]["moved_up"]), "（递补）应为"),
        (lambda events: events[1]["moved_up"].update(group="s1"), "（递补）应为"),
        (lambda events: events[2]["moved_up"].update(level=2), "（递补）应为"),
    ],
)
def test_a_changed_name_of_who_moved_up_is_named(change, message):
    order, events, record = moved_up_record()
    assert find_difference(record) is None
    assert replay(order, events).end == "success"
    change(record["events"])
    assert message in find_difference(record)
    with pytest.raises(EngineError, match="候补递补与按规则重算的结果不一致"):
        replay(order, [event_from_dict(row) for row in record["events"]])


def test_an_exit_says_nothing_of_moving_up_where_nobody_stands_by():
    record = next(
        content
        for content in (random_record(seed).to_dict() for seed in range(0, 100, 2))
        if any(event["type"] == "exit" for event in content["events"])
    )
    event = next(event for event in record["events"] if event["type"] == "exit")
    event["moved_up"] = record["events"][0]["seats"][0]
    assert "不应有 moved_up" in find_difference(record)


def rule_with(*groups):
    return build_rule(
        draw_id="D1",
        projects=["P1"],
        groups=[Group(key, key, 1, content) for key, content in groups],
        nonce_commit="00" * 32,
        contributors=[],
        salt="00" * 16,
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
