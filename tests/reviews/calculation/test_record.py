"""Public records: recomputed by a file that knows nothing of what wrote them."""

from __future__ import annotations

import json
import random
import runpy
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from expertpool.reviews.calculation import (
    PASSED,
    Base,
    Formula,
    How,
    Indicator,
    Item,
    Kind,
    Passing,
    RuleTree,
    Stage,
    verify,
)
from expertpool.reviews.calculation.record import FIRST, FORMAT, Reviewed, record_of, reviewed_in
from tests.reviews.calculation.rules import any_rule, any_sheets, simple

D = Decimal
FILE = Path(verify.__file__)


def any_record(rng: random.Random) -> dict[str, Any]:
    experts, items = rng.randrange(1, 8), rng.randrange(1, 6)
    sheets = any_sheets(rng, experts, items)
    listed = [Item(f"B{at}", D(rng.randrange(800, 1300)) / 10) for at in range(items)]
    reviewed = Reviewed(
        rule=any_rule(rng),
        items=listed,
        sheets=sheets,
        roles={"1": ["组长", "技术组"], "2": ["技术组"]},
        asked={key: [one.key for one in listed] for key in sheets},
    )
    record = record_of(reviewed, reviewed.result(), about={"project": "某项目"})
    read: dict[str, Any] = json.loads(json.dumps(record))
    return read


@pytest.mark.shows("OVW-15")
def test_two_calculations_that_know_nothing_of_each_other_agree() -> None:
    rng = random.Random(14)
    for _ in range(500):
        record = any_record(rng)
        assert verify.differences(record) == []
        again = reviewed_in(record)
        assert record_of(again, again.result(), about=record["about"]) == record


def test_whatever_is_changed_is_found() -> None:
    rng = random.Random(15)
    for _ in range(200):
        record = any_record(rng)
        scored = [one for one in record["sheets"] if "2.1.1" in one["scores"]]
        ranked = {one["item"] for one in record["result"]["rows"] if one["total"] is not None}
        left_out = {
            (one["item"], expert) for one in record["result"]["rows"] for expert in one["left_out"]
        }
        mine = [
            one
            for one in scored
            if one["item"] in ranked
            and (one["item"], one["expert"]) not in left_out
            and any(
                one["item"] == row["item"] and one["expert"] in dict(row["totals"])
                for row in record["result"]["rows"]
            )
        ]
        if not mine:
            continue
        one = rng.choice(mine)
        one["scores"]["2.1.1"] = "30" if float(one["scores"]["2.1.1"]) < 15 else "0"
        assert verify.differences(record)


@pytest.fixture
def record() -> dict[str, Any]:
    said = {str(e): {"A": {"1.1": [str(80 + e), "好"]}} for e in range(1, 6)}
    reviewed = Reviewed(
        simple(how=How.TRIMMED), [Item("A")], said, {}, {key: ["A"] for key in said}
    )
    return record_of(reviewed, reviewed.result(), about={"number": "P-1"})


def test_neither_reasons_nor_texts_are_told(record: dict[str, Any]) -> None:
    assert "好" not in json.dumps(record, ensure_ascii=False)


@pytest.mark.shows("OVW-15")
def test_the_file_runs_alone(record: dict[str, Any], tmp_path: Path) -> None:
    alone, file = tmp_path / "check.py", tmp_path / "record.json"
    alone.write_bytes(FILE.read_bytes())
    file.write_text(json.dumps(record, ensure_ascii=False))
    done = subprocess.run(
        [sys.executable, "-I", alone, file], capture_output=True, text=True, check=True
    )
    assert "一致：1 个评审对象、5 位专家" in done.stdout
    assert verify.digest(record) in done.stdout


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        (lambda one: one["result"]["rows"][0].update(total="84.00"), 1, "A 的总分"),
        (
            lambda one: one["result"]["rows"][0].update(left_out=[]),
            1,
            "去掉的专家：记录为 ，计算为 1，5",
        ),
        (lambda one: one["result"]["rows"].clear(), 1, "评审对象与记录不符"),
        (lambda one: one["result"]["missing"].append(["1", "A"]), 1, "没有提交的"),
        (lambda one: one.update(format="x"), 2, "不是这种记录"),
        (lambda one: one.pop("rule"), 2, "读不懂"),
    ],
)
def test_a_difference_is_told(
    record: dict[str, Any], tmp_path: Path, capsys: Any, change: Any, code: int, word: str
) -> None:
    change(record)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    assert verify.main([str(file)]) == code
    told = capsys.readouterr()
    assert word in told.out + told.err


def test_it_says_how_it_is_called(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["verify.py"])
    with pytest.raises(SystemExit, match="2"):
        runpy.run_path(str(FILE), run_name="__main__")
    assert "用法" in capsys.readouterr().err
    assert verify.main(["--help"]) == 0
    assert "用法" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight", "1e999999999"), ("weight", "1" * 2000), ("weight", "1E+9_9_9_9_9_9_9_9_9")],
)
def test_numbers_without_end_are_refused(record: dict[str, Any], name: str, value: str) -> None:
    record["rule"]["stages"][0]["indicators"][0][name] = value
    with pytest.raises(ValueError, match="数字写法不对"):
        verify.differences(record)


def test_decimals_without_end_are_refused(record: dict[str, Any]) -> None:
    record["rule"]["decimals"] = 10**9
    with pytest.raises(ValueError, match="小数位数不对"):
        verify.differences(record)


def test_what_it_quotes_writes_no_line_of_its_own(
    record: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record["format"] = "x\n一致：5 个评审对象\x1b[2J"
    path = tmp_path / "记录.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert verify.main([str(path)]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said


VOTED = RuleTree(
    (
        Stage("资格", (Indicator("1.1", "执照", Kind.CHECK),), Passing.MAJORITY),
        Stage(
            "评分",
            (Indicator("2.1", "价格", Kind.PRICE, high=D(30), formula=Formula(Base.LOWEST)),),
        ),
    )
)


def voted_on_one(form: str) -> Reviewed:
    """Of two items nobody is asked of the second, which is cheaper."""
    said = {"1": {"A": {"1.1": [PASSED, ""]}}}
    items = [Item("A", D(100)), Item("B", D(50))]
    return Reviewed(VOTED, items, said, {}, {"1": ["A"], "2": []}, format=form)


@pytest.mark.shows("OVW-15")
def test_what_nobody_has_voted_on_has_not_failed() -> None:
    reviewed = voted_on_one(FORMAT)
    found = reviewed.result()
    first, second = found.rows
    assert (second.fallen, second.rank, second.total) == (None, None, None)
    assert found.unscored == ("B",)
    assert not found.is_complete
    assert first.total == D(30)  # what nobody scored moves nobody's price
    record: dict[str, Any] = json.loads(json.dumps(record_of(reviewed, found, about={})))
    assert verify.differences(record) == []
    record["result"]["rows"][1]["fallen"] = 0
    record["result"]["unscored"] = []
    assert [one.partition("：")[0] for one in verify.differences(record)] == [
        "B 的未通过的阶段",
        "没有专家评的",
    ]


@pytest.mark.shows("OVW-15")
def test_a_result_that_was_sealed_before_that_was_told_apart_still_holds() -> None:
    reviewed = voted_on_one(FIRST)
    record = record_of(reviewed, reviewed.result(), about={})
    assert record["format"] == "expertpool-review/1"
    assert "unscored" not in record["result"]
    assert record["result"]["rows"][1]["fallen"] == 0
    assert verify.differences(record) == []
    again = reviewed_in(record)
    assert record_of(again, again.result(), about={}) == record
