"""Once the panel sits a list ends although somebody left: what all verifiers accept, and only then."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import datetime
from typing import Any

import pytest

from tests.vdraw.samples import Someone, order_people
from tests.vdraw.test_javascript import differences
from vdraw import (
    EngineError,
    build_record,
    end_draw,
    event_from_dict,
    exit_expert,
    find_difference,
    replay,
    seat_first,
)

PEOPLE: list[Someone] = [({"g1": 1}, None)] * 4
OPENING = {"opening_at": "2026-12-01T09:30+08:00"}
BATCH = {
    "opening_at": "2026-12-01T09:30+08:00",
    "meetings": [
        {"opening_at": "2026-12-01T09:30+08:00"},
        {"opening_at": "2026-12-02T01:30+00:00"},
    ],
}
TOO_SOON, NEEDLESS, DUE = "评审还没有开始", "不应写明 closed", "尚未补抽"


def closed_record(
    at: str, *, rule: dict[str, Any] = OPENING, leaves: bool = True
) -> dict[str, Any]:
    """A draw of two seats that ended at ``at``, after one of the two had left."""
    order = order_people(PEOPLE, {"g1": 2}, further=rule)
    step = seat_first(order)
    state, events = step.state, list(step.events)
    if leaves:
        step = exit_expert(state, state.seats[0].commit, "no_answer")
        state, events = step.state, events + list(step.events)
    (end,) = end_draw(state, closed=True).events
    events.append(changed(end, further={"at": at}))
    return build_record(order, events).to_dict()


def verdicts(record: dict[str, Any]) -> list[str | None]:
    """What the engine, the program of one file and the browser say; no difference is None."""
    order = order_people(PEOPLE, {"g1": 2}, further=record["rule"])
    try:
        replay(order, [event_from_dict(row) for row in record["events"]])
        engine = None
    except EngineError as error:
        engine = str(error)
    return [engine, find_difference(record), *differences([record])]


@pytest.mark.shows("DRAW-33")
@pytest.mark.parametrize(
    ("at", "rule"),
    [
        ("2026-12-01T09:30:00+08:00", OPENING),
        ("2026-12-01T01:30:00+00:00", OPENING),
        ("2026-12-02T01:30:00+00:00", BATCH),
    ],
)
def test_from_the_opening_on_a_list_ends_as_it_is(at: str, rule: dict[str, Any]) -> None:
    record = closed_record(at, rule=rule)
    assert record["events"][-1] == {
        "n": 3,
        "type": "end",
        "at": at,
        "state": "unsatisfied",
        "lacking": {"g1": 1},
        "closed": True,
    }
    assert verdicts(record) == [None] * 3


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        ("2026-12-01T01:29:59+00:00", OPENING),
        ("2026-12-01T09:29:00+08:00", OPENING),
        ("2026-12-01T09:30:00", OPENING),
        ("2026-99-01T09:30:00+08:00", OPENING),
        ("", OPENING),
        ("2026-12-02T01:29:59+00:00", BATCH),
        ("2026-12-02T01:30:00+00:00", BATCH | {"meetings": []}),
        ("2026-12-02T01:30:00+00:00", BATCH | {"meetings": [{}]}),
        ("2026-12-02T01:30:00+00:00", BATCH | {"meetings": "heute"}),
        ("2026-12-02T01:30:00+00:00", {"opening_at": "2026-12-01T09:30"}),
        ("2026-12-02T01:30:00+00:00", {}),
    ],
)
def test_before_the_opening_it_does_not(at: str, rule: dict[str, Any]) -> None:
    found = verdicts(closed_record(at, rule=rule))
    assert all(TOO_SOON in (words or "") for words in found), found
    assert found[1] == found[2]


def test_who_left_is_not_forgotten_without_a_word() -> None:
    record = closed_record("2026-12-01T09:30:00+08:00")
    del record["events"][-1]["closed"]
    found = verdicts(record)
    assert all(DUE in (words or "") for words in found), found


def test_a_full_list_is_not_closed() -> None:
    record = closed_record("2026-12-01T09:30:00+08:00", leaves=False)
    assert "closed" not in record["events"][-1]
    record["events"][-1]["closed"] = True
    found = verdicts(record)
    assert all(NEEDLESS in (words or "") for words in found), found


@pytest.mark.parametrize("value", [False, 1, "true", None])
def test_closed_is_nothing_but_true(value: Any) -> None:
    record = closed_record("2026-12-01T09:30:00+08:00")
    record["events"][-1]["closed"] = value
    found = [find_difference(record), *differences([record])]
    assert all("只能是 true" in (words or "") for words in found), found


def test_the_panel_has_opened_by_the_last_of_its_meetings() -> None:
    rule = order_people(PEOPLE, {"g1": 2}, further=BATCH).sealed.rule
    assert not rule.has_opened(datetime.fromisoformat("2026-12-02T01:29:59+00:00"))
    assert rule.has_opened(datetime.fromisoformat("2026-12-02T01:30:00+00:00"))
