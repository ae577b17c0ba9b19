"""The state of a draw rebuilt from its stored events."""

from dataclasses import replace

import pytest

from tests.vdraw.samples import VECTORS, opening_of, order_people, vector
from vdraw import (
    EngineError,
    Person,
    Record,
    ReplayDifference,
    Replayed,
    build_record,
    end_draw,
    event_from_dict,
    event_to_dict,
    exit_expert,
    find_difference,
    replay,
    replay_further,
    seat_first,
    state_of,
    supplement,
    void_draw,
)

RECORD = Record.from_dict(VECTORS[3])
ORDER = RECORD.reorder()
EVENTS = RECORD.events


def test_a_draw_goes_on_from_what_was_stored():
    stored = [event_to_dict(event) | {"at": "2026-11-24T09:30:00+08:00"} for event in EVENTS[:6]]
    state = replay(ORDER, [event_from_dict(row) for row in stored])
    skips = {event.commit: event.reason for event in EVENTS if event.type == "skip"}
    step = supplement(state, skips.get)
    # 59a4b9 would be over the cap of his unit and is not asked; the seats are the same.
    assert step.seats == EVENTS[7].seats
    assert state.event_count == 6


@pytest.mark.parametrize("cut", range(len(EVENTS) + 1))
def test_what_was_replayed_goes_on_as_if_it_were_replayed_whole(cut: int):
    if cut and EVENTS[cut - 1].type == "skip":
        with pytest.raises(ReplayDifference, match="没有补抽"):
            replay_further(Replayed(ORDER), EVENTS[:cut])
        return
    since = replay_further(Replayed(ORDER), EVENTS[:cut])
    assert since.count == cut
    assert state_of(replay_further(since, EVENTS[cut:])) == replay(ORDER, EVENTS)
    twice = EVENTS[max(cut - 1, 0) :]  # what comes again is no event that follows
    with pytest.raises(ReplayDifference):
        replay_further(since, twice if cut else EVENTS[1:])


def test_without_any_event_there_is_no_state():
    with pytest.raises(ReplayDifference, match="首次入席"):
        replay(ORDER, [])


TWO = [Person("operator", "张"), Person("supervisor", "李")]


def test_further_keys_of_an_event_survive():
    row = {"n": 2, "type": "exit", "commit": "ab", "reason": "leave", "by": "经办人", "at": "9:30"}
    assert event_to_dict(event_from_dict(row)) == row


def test_a_void_draw_can_be_stored_and_verified():
    order = order_people([({"g1": 1}, None)] * 3, {"g1": 2})
    first = seat_first(order)
    events = [*first.events, *void_draw(first.state, "名单泄露", TWO).events]
    stored = [event_from_dict(event_to_dict(event)) for event in events]
    assert stored == events
    assert replay(order, stored).end == "void"
    assert find_difference(build_record(order, stored).to_dict()) is None


def test_a_draw_can_be_voided_after_it_has_ended():
    order = order_people([({"g1": 1}, None)] * 3, {"g1": 2})
    first = seat_first(order)
    ended = end_draw(first.state)
    void = void_draw(ended.state, "名单泄露", TWO)
    events = [*first.events, *ended.events, *void.events]
    assert replay(order, events).end == "void"
    record = build_record(order, events).to_dict()
    assert find_difference(record) is None
    record["events"].append(record["events"][1] | {"n": 4})
    assert "已作废" in (find_difference(record) or "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[1:], "drawn"),
        (lambda rows: [], "drawn"),
        (lambda rows: rows[:2] + rows[3:], "第 3 个事件的序号是 4"),
        (lambda rows: [*rows[:1], replace(rows[1], commit="ab")], "事件 2（exit）"),
        (lambda rows: [*rows[:1], replace(rows[1], reason="bored")], "退出原因"),
        (lambda rows: [replace(rows[0], seats=rows[0].seats[::-1])], "事件 1（drawn）"),
        (lambda rows: [*rows[:3], replace(rows[3], seats=())], "事件 4（supplement）"),
        (lambda rows: [*rows[:6], replace(rows[6], commit="ab")], "候选人里没有"),
        (lambda rows: [*rows[:6], replace(rows[6], commit=rows[1].commit)], "已入过席"),
        (lambda rows: rows[:7], "没有补抽"),
        (lambda rows: [*rows[:7], replace(rows[8], n=8)], "紧接补抽"),
        (lambda rows: [*rows[:1], replace(rows[0], n=2)], "只能有一次"),
        (lambda rows: [*rows[:-1], replace(rows[-1], state="unsatisfied")], "success"),
        (lambda rows: [*rows[:-1], replace(rows[-1], state="void", reason="x")], "两名"),
        (lambda rows: [*rows, replace(rows[-1], n=13)], "已经结束"),
    ],
)
def test_events_that_do_not_follow_are_named(change, message):
    with pytest.raises(ReplayDifference, match=message):
        replay(ORDER, change(list(EVENTS)))


def test_a_wrong_shortage_is_named():
    record = Record.from_dict(VECTORS[0])
    events = [*record.events[:-1], replace(record.events[-1], lacking={"g1": 1})]
    with pytest.raises(ReplayDifference, match="缺额"):
        replay(record.reorder(), events)


def test_a_record_that_was_changed_cannot_be_reordered():
    spoiled = vector(1)
    spoiled["candidates"].pop()
    with pytest.raises(EngineError, match="封存值"):
        Record.from_dict(spoiled).reorder()
    spoiled = vector(1)
    spoiled["reveals"][1]["value"] = "00"
    with pytest.raises(EngineError, match="种子"):
        Record.from_dict(spoiled).reorder()


@pytest.mark.parametrize("key", ["protocol", "rule", "candidates", "events", "openings"])
def test_what_is_no_record_is_refused(key):
    spoiled = vector(1)
    del spoiled[key]
    with pytest.raises(EngineError):
        Record.from_dict(spoiled)


def test_an_event_without_its_keys_is_refused():
    for row in ({}, {"type": "exit", "n": 1}, {"type": "drawn", "n": 1, "seats": [1]}):
        with pytest.raises(EngineError, match="事件格式不对"):
            event_from_dict(row)


def test_an_opening_must_fit_its_commitment():
    order = order_people([({"g1": 1}, None)], {"g1": 1})
    with pytest.raises(EngineError, match="ZJ000001"):
        build_record(order, [], [replace(opening_of(1), commit=opening_of(0).commit)])


def test_states_are_values_and_steps_leave_them_alone():
    state = replay(ORDER, EVENTS[:1])
    before = replace(state)
    left = exit_expert(state, state.seats[0].commit, "leave").state
    supplement(left, lambda commit: None)
    end_draw(state)
    assert state == before
