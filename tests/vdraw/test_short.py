"""The short record: what anybody may have of a draw whose names are sealed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import vdraw
from tests.vdraw.samples import SHORTS, VECTORS, random_record, vector
from tests.vdraw.test_chain import changed, verdicts
from tests.vdraw.test_javascript import misfits
from tools.vectors import another, leaves_of, rechain
from vdraw import verify

Json = dict[str, Any]
LINKED = [number for number, one in enumerate(VECTORS) if one["rule"].get("events") == "linked"]


def said_of(short: Json, record: Json) -> list[str | None]:
    """What all three say of a short record beside a whole one."""
    engine = None
    try:
        vdraw.check_same_draw(short, vdraw.Record.from_dict(record))
    except vdraw.EngineError as error:
        engine = str(error)
    return [engine, vdraw.find_misfit(short, record), *misfits([[short, record]])]


@pytest.mark.shows("DRAW-11")
def test_short_records_hold_and_are_of_their_draws() -> None:
    assert verdicts([one["record"] for one in SHORTS]) == [[None] * 3] * len(SHORTS)
    for one in SHORTS:
        assert said_of(one["record"], VECTORS[one["vector"]]) == [None] * 3


def test_a_short_record_tells_of_commitments_and_nothing_else() -> None:
    for one in SHORTS:
        short, whole = one["record"], VECTORS[one["vector"]]
        text = json.dumps(short, ensure_ascii=False)
        hidden = {value for _, value in leaves_of(whole) if isinstance(value, str)}
        shown = {short[key] for key in ("protocol", "hash", "seal", "nonce_commit", "seed")}
        shown |= {*short["reveals"], *(event["hash"] for event in whole["events"])}
        assert [value for value in hidden - shown if value and f'"{value}"' in text] == []
        assert not {"groups", "unit", "level", "draw_id", "candidates"} & set(json.loads(text))


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize("number", range(len(SHORTS)))
def test_another_value_of_any_leaf_is_named_by_all_three(number: int) -> None:
    record = SHORTS[number]["record"]
    rows = [changed(record, path, another(value)) for path, value in leaves_of(record)]
    rows += [changed(record, path, None) for path, _ in leaves_of(record)]
    assert len(rows) > 40
    for row, said in zip(rows, verdicts(rows), strict=True):
        assert all(said), row
        assert said[1] == said[2]


def test_whatever_is_dropped_or_of_another_type_is_named_by_all_three() -> None:
    record = SHORTS[0]["record"]
    rows = [{key: value for key, value in record.items() if key != name} for name in record]
    rows = [row for row in rows if "form" in row]
    for wrong in (None, True, 1, "", "甲", [], {}, ["x"], [[]]):
        rows += [record | {name: wrong} for name in record]
        rows.append(changed(record, ("events", 0), wrong))
    for row, said in zip(rows, verdicts(rows), strict=True):
        assert all(said), row
        assert said[1] == said[2]


def test_accidental_lives_have_short_records_that_hold_and_fit() -> None:
    whole = [random_record(seed) for seed in range(4000, 4040)]
    whole = [one for one in whole if one.rule.is_linked]
    shorts = [vdraw.shorten(one.reorder(), one.events) for one in whole]
    assert len(shorts) > 10
    assert verdicts(shorts) == [[None] * 3] * len(shorts)
    for short, record in zip(shorts, whole, strict=True):
        vdraw.check_same_draw(short, record)
        assert vdraw.find_misfit(short, record.to_dict()) is None


@pytest.mark.shows("DRAW-11")
def test_the_whole_record_of_another_draw_does_not_fit() -> None:
    short = SHORTS[0]["record"]
    for number in (8, *LINKED[1:]):
        assert all(said_of(short, VECTORS[number]))


def test_events_that_were_changed_or_cut_off_since_do_not_fit() -> None:
    """The whole record holds by itself: its chain was computed anew."""
    short, number = SHORTS[0]["record"], SHORTS[0]["vector"]
    later = vector(number)
    later["events"][3]["reason_code"] = "other"
    rechain(later)
    fewer = vector(number)
    del fewer["events"][-1]
    for record in (later, fewer):
        assert verdicts([record]) == [[None] * 3]
        said = said_of(short, record)
        assert all(said)
        assert said[1] == said[2]
    assert "第 4 个事件与公开前的记录不同" in str(vdraw.find_misfit(short, later))


def test_a_record_whose_events_are_not_linked_has_no_short_one() -> None:
    record = vdraw.Record.from_dict(VECTORS[8])
    with pytest.raises(vdraw.EngineError, match="没有公开前的记录"):
        vdraw.shorten(record.reorder(), record.events)


def test_equal_rules_of_two_draws_have_other_digests() -> None:
    """Whoever knows all of a rule but its salt cannot tell from the digest whether he is right."""
    rules = [
        vdraw.build_rule(
            draw_id="D1", projects=[], groups=[vdraw.Group("g1", "一组", 1)],
            nonce_commit="00" * 32, contributors=[], salt=salt * 16,
        )
        for salt in ("00", "01")
    ]  # fmt: skip
    digests = {one.digest(vdraw.canonical_json(one.to_dict())) for one in rules}
    assert len(digests) == 2


def test_the_program_says_what_a_short_record_shows_and_whether_two_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, whole, other = (tmp_path / f"{name}.json" for name in ("short", "whole", "other"))
    short.write_text(json.dumps(SHORTS[0]["record"]))
    whole.write_text(json.dumps(VECTORS[LINKED[0]]))
    other.write_text(json.dumps(VECTORS[LINKED[1]]))
    assert verify.main([str(short)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "一致",
        f"{verify.standing(SHORTS[0]['record'])}。",
        "公开前的记录：只核对封存、定序和事件链；席位在完整记录公开后核对",
        verify.ABOUT_STANDING,
    ]
    assert verify.main([str(whole), str(short)]) == 0
    assert "两份记录属于同一次抽取" in capsys.readouterr().out.splitlines()[-1]
    assert verify.main([str(short), str(other)]) == 1
    assert "不是同一次抽取" in capsys.readouterr().out
    assert verify.main([str(whole), str(other)]) == 2
    spoiled = copy.deepcopy(SHORTS[0]["record"])
    spoiled["leaves"].pop()
    short.write_text(json.dumps(spoiled))
    assert verify.main([str(short), str(whole)]) == 1
    assert "root（候选人树根）" in capsys.readouterr().out
