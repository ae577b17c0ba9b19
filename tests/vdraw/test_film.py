"""The film of a record (frontend/src/replay), run by node: after each event it shows the seats that
the engine finds."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from tests.vdraw.samples import VECTORS, random_record, vector
from tests.vdraw.test_javascript import run_node
from tools.vectors import Life
from vdraw import Record, replay

FILM = """
import { readFileSync } from "node:fs";
import { framesOf, pause } from "%s/../replay/frames.js";
const { records, names } = JSON.parse(readFileSync(0, "utf8"));
const films = records.map((record) => framesOf(record, new Map(Object.entries(names ?? {}))));
const times = [0, 1, 60, 3600, 86400].map((gap) => pause({ at: 1000 }, { at: 1000 + gap * 1000, step: {} }));
process.stdout.write(JSON.stringify({ films, times }));
"""
GONE = ("exit", "cancelled")


def films_of(records: list[dict[str, Any]], **names: str) -> list[dict[str, Any]]:
    return run_node(FILM, json.dumps({"records": records, "names": names}))["films"]


def seated(lines: list[dict[str, Any]]) -> dict[str, set[str]]:
    groups = defaultdict(set)
    for line in lines:
        if line["state"] not in GONE:
            groups[line["group"]].add(line["commit"])
    return dict(groups)


@pytest.mark.shows("DRAW-11")
def test_each_event_leads_to_the_seats_that_the_engine_finds() -> None:
    records = [*VECTORS, *(random_record(seed).to_dict() for seed in range(3000, 3060))]
    for record, film in zip(records, films_of(records), strict=True):
        order, events = Record.from_dict(record).reorder(), Record.from_dict(record).events
        assert film["ok"]
        assert len(film["order"]) == len(record["candidates"])
        starts = [n for n, frame in enumerate(film["frames"]) if frame.get("step")]
        ends = [*(start - 1 for start in starts[1:]), len(film["frames"]) - 1]
        opening = 2 + len(record["reveals"])  # seal, values, order
        assert len(ends) == opening + len(events)
        for n, end in enumerate(ends[opening:], start=1):
            # A skip stands before its supplement: alone it is no state of the engine.
            if events[n - 1].type == "skip":
                continue
            groups = defaultdict(set)
            for seat in replay(order, events[:n]).seats:
                groups[seat.group].add(seat.commit)
            lines = film["frames"][end]["lines"]
            if events[n - 1].type != "void" and record["events"][n - 1].get("state") != "void":
                assert seated(lines) == groups


def test_a_record_that_does_not_hold_is_no_film() -> None:
    record = vector(0)
    record["events"][0]["seats"].reverse()
    (film,) = films_of([record])
    assert not film["ok"]
    assert "第 1 个事件" in film["difference"]
    assert "frames" not in film


def test_names_are_shown_where_they_are_given_and_numbers_where_they_are_open() -> None:
    record = vector(0)
    first = record["events"][0]["seats"][0]["commit"]
    (film,) = films_of([record], **{first: "王工"})
    named, other = film["frames"][-1]["lines"][:2]
    assert (named["name"], other["name"]) == ("王工", "专家 02")
    opened = {item["commit"]: item["ref"] for item in record["openings"]}
    assert named["ref"] == opened[first]


def test_hours_become_seconds() -> None:
    times = run_node(FILM, json.dumps({"records": []}))["times"]
    assert times == sorted(times)
    assert 1000 <= times[0] < times[-1] <= 4000


@pytest.mark.shows("DRAW-11")
def test_a_standby_who_moves_up_has_a_frame_of_his_own() -> None:
    found = 0
    records = [random_record(seed).to_dict() for seed in range(2001, 2041, 2)]
    for record, film in zip(records, films_of(records), strict=True):
        assert film["ok"]
        moves = [frame for frame in film["frames"] if frame["title"] == "候补递补"]
        exits = [event for event in record["events"] if "moved_up" in event]
        assert len(moves) == len(exits)
        for frame, event in zip(moves, exits, strict=True):
            found += 1
            seat = event["moved_up"]
            (line,) = [one for one in frame["lines"] if one["commit"] == seat["commit"]]
            assert (line["group"], line["isMovedUp"]) == (seat["group"], True)
            assert "step" not in frame or frame["step"] is None
    assert found > 5


@pytest.mark.shows("DRAW-11", "DRAW-34")
def test_whoever_completes_the_panel_of_another_draw_is_a_supplement_from_the_first_seat_on() -> (
    None
):
    people: list[Any] = [({"g1": 1}, None)] * 2
    seal = vector(0)["seal"]
    wider = Life("D1", people, {"g1": 2}, further={"widens": "D0", "widens_seal": seal})
    wider.end()
    for film, title in zip(
        films_of([wider.record(), vector(8)]), ("补抽", "首次入席"), strict=True
    ):
        frame = next(one for one in film["frames"] if one["type"] == "seat")
        assert frame["title"].startswith(title)
        assert {line["isSupplement"] for line in frame["lines"]} == {title == "补抽"}
