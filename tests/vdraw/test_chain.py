"""Chained events: whatever is altered in a record is named, by all three who check it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import vdraw
from tests.vdraw.samples import (
    AUTHORS,
    NEGATIVE,
    SHORTS,
    VECTORS,
    engine_difference,
    order_people,
    told,
    vector,
)
from tests.vdraw.test_javascript import differences
from tests.vdraw.test_protocol_text import section, words
from tools.vectors import (
    altered,
    another,
    chained_vectors,
    leaves_of,
    negative_cases,
    rechain,
    short_vectors,
)

CHAINED = VECTORS[len(AUTHORS) :]
Json = dict[str, Any]


def verdicts(records: list[Json]) -> list[list[str | None]]:
    """What engine, program of one file and browser say of each."""
    found = zip(
        map(engine_difference, records),
        map(vdraw.find_difference, records),
        differences(records),
        strict=True,
    )
    return [list(three) for three in found]


def changed(record: Json, path: tuple[Any, ...], value: Any) -> Json:
    new = copy.deepcopy(record)
    *way, last = path
    holder: Any = new
    for key in way:
        holder = holder[key]
    holder[last] = value
    return new


def test_the_chained_vectors_hold_all_that_can_happen() -> None:
    events = [event for record in CHAINED for event in record["events"]]
    assert {event["type"] for event in events} == {
        "drawn", "exit", "skip", "supplement", "end", "note", "reschedule", "void",
    }  # fmt: skip
    assert {record["rule"]["hash"] for record in CHAINED} == {"sha256", "sm3"}
    for key in ("moved_up", "closed", "lacking", "witness", "ground"):
        assert any(key in event for event in events)
    assert {record["rule"]["events"] for record in CHAINED} == {"chained", "linked"}
    assert {"unreached", "replaced"} <= {event.get("reason") for event in events}
    codes = {event["code"] for event in events if event["type"] == "note"}
    assert codes == words(section(12).split("Codes in use:")[1].split(".")[0])
    assert verdicts(CHAINED) == [[None] * 3] * len(CHAINED)


def test_the_files_are_those_that_the_script_writes() -> None:
    folder = Path(vdraw.__file__).parent
    assert chained_vectors() == CHAINED
    assert short_vectors() == SHORTS
    assert negative_cases(VECTORS, SHORTS) == NEGATIVE
    for name, content in (("vectors", VECTORS), ("short", SHORTS), ("negative", NEGATIVE)):
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        assert (folder / f"{name}.json").read_text() == text


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize("number", range(len(AUTHORS), len(VECTORS)))
def test_another_value_of_any_leaf_is_named_by_all_three(number: int) -> None:
    """Times, names, reasons and hands among them: before events were chained those passed."""
    record = VECTORS[number]
    rows = [changed(record, path, another(value)) for path, value in leaves_of(record) if value]
    rows += [changed(record, path, "x") for path, value in leaves_of(record) if not value]
    assert len(rows) > 50
    for row, said in zip(rows, verdicts(rows), strict=True):
        assert all(said), row
        assert said[1] == said[2]


@pytest.mark.parametrize("number", range(len(AUTHORS), len(VECTORS)))
def test_whatever_of_an_event_is_dropped_or_added_is_named_by_all_three(number: int) -> None:
    rows = []
    for n, event in enumerate(VECTORS[number]["events"]):
        for key in event:
            row = vector(number)
            del row["events"][n][key]
            rows.append(row)
        more = {"remark", "moved_up", "witness", "via", "closed"} - event.keys()
        rows += [changed(VECTORS[number], ("events", n, key), "x") for key in sorted(more)]
    for row, said in zip(rows, verdicts(rows), strict=True):
        assert all(said), row
        assert said[1] == said[2]


@pytest.mark.parametrize("number", range(len(AUTHORS), len(VECTORS)))
def test_events_dropped_doubled_or_swapped_are_named_by_all_three(number: int) -> None:
    """Also when those that follow are numbered anew; all but what is cut off behind an end."""
    rows, last = [], len(VECTORS[number]["events"]) - 1
    closed = max(
        n for n, one in enumerate(VECTORS[number]["events"]) if one["type"] in ("end", "void")
    )
    for n in range(last + 1):
        for change in ("drop", "double", "swap"):
            row = vector(number)
            events = row["events"]
            if change == "drop" and (
                n < last or (closed == last and events[n - 1]["type"] != "end")
            ):
                del events[n]
            elif change == "double":
                events.insert(n, copy.deepcopy(events[n]))
            elif change == "swap" and n < last:
                events[n], events[n + 1] = events[n + 1], events[n]
            else:
                continue
            again = copy.deepcopy(row)
            for place, event in enumerate(again["events"], 1):
                event["n"] = place
            rows += [row, again]
    for row, said in zip(rows, verdicts(rows), strict=True):
        assert all(said), [event["type"] for event in row["events"]]
        assert said[1] == said[2]


@pytest.mark.shows("DRAW-11", "DRAW-04")
def test_the_negative_vectors_are_refused_alike_by_all_three() -> None:
    """Those with a chain computed anew are refused for what they say, not for their hash."""
    rows = [altered(VECTORS, SHORTS, case) for case in NEGATIVE]
    for case, said in zip(NEGATIVE, verdicts(rows), strict=True):
        assert all(said), case["what"]
        assert said[1] == said[2] == case["says"]
        assert not (case["rechained"] and "hash（事件链）" in case["says"])
    assert len(NEGATIVE) > 100


def test_a_chain_computed_anew_holds_again_and_has_another_head() -> None:
    """Hence the head of the chain is kept where it cannot be changed."""
    record = vector(len(AUTHORS))
    head = record["events"][-1]["hash"]
    record["events"][2]["at"] = "2026-11-26T01:45:00+00:00"
    rechain(record)
    assert verdicts([record]) == [[None] * 3]
    assert record["events"][-1]["hash"] != head


def test_a_rule_of_before_has_neither_notes_nor_voids() -> None:
    order = order_people([({"g1": 1}, None)] * 3, {"g1": 1})
    step = vdraw.seat_first(order)
    with pytest.raises(vdraw.EngineError, match="没有 note"):
        vdraw.take_note(step.state, "paused")
    two = [vdraw.Person("operator", "a"), vdraw.Person("supervisor", "b")]
    (void,) = vdraw.void_draw(step.state, "重抽", two).events
    assert isinstance(void, vdraw.End)
    ends = vdraw.end_draw(step.state)
    for event in (vdraw.Note(3, "paused"), vdraw.Void(3, "重抽", tuple(two))):
        record = vdraw.build_record(order, [*step.events, *ends.events, event]).to_dict()
        ((engine, program, browser),) = verdicts([record])
        assert engine
        assert program == browser
        assert "type 必须是" in (program or "")


def test_notes_stand_before_and_after_the_end_and_change_no_seat() -> None:
    order = order_people([({"g1": 1}, None)] * 3, {"g1": 2}, chained=True)
    first = vdraw.seat_first(order)
    before = vdraw.take_note(first.state, "paused")
    end = vdraw.end_draw(before.state)
    after = vdraw.take_note(end.state, "early_release")
    assert (after.state.end, after.state.seats) == ("success", first.state.seats)
    void = vdraw.void_draw(
        after.state, "重抽", [vdraw.Person("operator", "a"), vdraw.Person("supervisor", "b")]
    )
    with pytest.raises(vdraw.EngineError, match="已作废"):
        vdraw.take_note(void.state, "paused")
    steps = (first, before, end, after, void)
    events = told(order, [event for step in steps for event in step.events])
    told_void = {
        "by": [{"role": "operator", "account": "a"}, {"role": "supervisor", "account": "b"}]
    }
    record = vdraw.build_record(order, events).to_dict()
    assert record["events"][-1]["by"] == told_void["by"]
    assert verdicts([record]) == [[None] * 3]
    for count in (4, 3):
        record["events"] = record["events"][:count]
        assert verdicts([record]) == [[None] * 3]
    del record["events"][2]
    assert all(verdicts([record])[0])


def test_a_confirmation_has_one_hash() -> None:
    given = {"kind": "void", "number": "7", "account": "zhao", "decision": "agreed"}
    at = "2026-11-26T09:30:00+08:00"
    digest = vdraw.hash_function("sha256")
    text = vdraw.canonical_json(["void", "7", "zhao", at, "agreed"])
    assert vdraw.hash_confirmation("sha256", at=at, **given) == digest(b"\x08VDRAW-1" + text).hex()
    assert vdraw.hash_confirmation("sm3", at=at, **given) != vdraw.hash_confirmation(
        "sha256", at=at, **given
    )
