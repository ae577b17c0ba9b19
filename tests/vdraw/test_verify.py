"""The standalone verifier: every change of a record is named, nothing ends in a traceback."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vdraw.samples import VECTORS, paths, random_record, shifted, spoil, vector
from vdraw import EXIT_REASONS, SKIP_REASONS, find_difference, verify

ROOT = Path(__file__).parents[2]
SMALLEST = min(VECTORS, key=lambda record: len(json.dumps(record)))


def compact(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def without(record, *path):
    spoiled = copy.deepcopy(record)
    *way, last = path
    holder = spoiled
    for key in way:
        holder = holder[key]
    del holder[last]
    return spoiled


def test_it_knows_the_same_reasons_as_the_engine():
    assert verify.SKIP_REASONS == SKIP_REASONS
    assert verify.EXIT_REASONS == EXIT_REASONS


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_a_change_of_any_value_is_named(number):
    for path in paths(VECTORS[number]):
        spoiled = vector(number)
        spoil(spoiled, path, shifted)
        assert find_difference(spoiled), path


@pytest.mark.parametrize("wrong", [None, True, 1.5, -1, 10**30, "", "\ud800", [], {}, [[]], "甲"])
def test_a_value_of_any_other_type_is_named(wrong):
    for path in paths(VECTORS[3]):
        spoiled = vector(3)
        spoil(spoiled, path, lambda value: wrong)
        if spoiled != VECTORS[3] or wrong is True:
            assert find_difference(spoiled), path


def test_a_flip_of_any_byte_is_named():
    text = compact(SMALLEST)
    assert verify.find_difference_in_text(text) is None
    for i, byte in enumerate(text):
        spoiled = text[:i] + bytes([byte ^ 1]) + text[i + 1 :]
        assert verify.find_difference_in_text(spoiled), (i, spoiled[i - 20 : i + 20])


@given(st.data())
@settings(max_examples=300)
def test_any_other_byte_anywhere_is_named(data):
    text = compact(data.draw(st.sampled_from(VECTORS)))
    place = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda other: other != text[place]))
    spoiled = text[:place] + bytes([byte]) + text[place + 1 :]
    assert verify.find_difference_in_text(spoiled)


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_whatever_is_dropped_is_named(number):
    record = VECTORS[number]
    for key in record:
        assert find_difference(without(record, key)) == f"记录缺少 {key}"
    # What stands after an end can be cut off unseen: hence the head of the chain is kept elsewhere.
    ends = [i for i, event in enumerate(record["events"]) if event["type"] == "end"]
    for name in ("candidates", "reveals", "events", "openings"):
        for i in range(len(record[name])):
            cut = name == "events" and i == len(record[name]) - 1 and ends and ends[-1] < i
            if len(record[name]) > 1 and not cut:
                assert find_difference(without(record, name, i)), (name, i)
    for i, event in enumerate(record["events"]):
        for j in range(len(event.get("seats", []))):
            assert "席" in find_difference(without(record, "events", i, "seats", j))


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_whatever_is_added_or_doubled_is_named(number):
    for name in ("candidates", "reveals", "events", "openings"):
        spoiled = vector(number)
        spoiled[name].append(copy.deepcopy(spoiled[name][-1]))
        assert find_difference(spoiled), name
    for place in ("candidates", "reveals", "openings"):
        spoiled = vector(number)
        spoiled[place][0]["note"] = "x"
        assert "多余的 note" in find_difference(spoiled)


def renumbered(record):
    for n, event in enumerate(record["events"], 1):
        event["n"] = n
    return record


@pytest.mark.parametrize("number", [0, 3, 4, 5, 6])
def test_an_exit_dropped_without_a_gap_is_named(number):
    """Left out of these: an exit that was followed by an empty supplement, which changed nothing."""
    record = VECTORS[number]
    for i, event in enumerate(record["events"]):
        vain = [e for e in record["events"][i:] if e["type"] == "supplement"][:1]
        if event["type"] == "exit" and vain[0]["seats"]:
            assert find_difference(renumbered(without(record, "events", i))), i


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (1, lambda r: r.update(protocol="VDRAW-2"), "protocol"),
        (1, lambda r: r["rule"].update(kind="manual"), "kind 必须是 random"),
        (1, lambda r: r["rule"].update(unit_cap=1), "seal（封存值）应为"),
        (1, lambda r: r["rule"]["groups"][0].update(seats=3), "seal（封存值）应为"),
        (1, lambda r: r["rule"].update(share=0.5), "不能规范化的数字"),
        (1, lambda r: r["candidates"].pop(4), "seal（封存值）应为"),
        (1, lambda r: r["candidates"].reverse(), "第 2 位候选人不在按叶子值排序"),
        (1, lambda r: r["candidates"][3]["groups"].update(g3=2), "位候选人不在按叶子值|seal"),
        (1, lambda r: r["candidates"][3].update(groups={}), "第 4 位候选人不属于任何条件组"),
        (1, lambda r: r["candidates"][3]["groups"].update(g9=1), "第 4 位候选人的条件组 g9"),
        (1, lambda r: r["candidates"].insert(1, r["candidates"][0]), "第 2 位候选人与前面的重复"),
        (1, lambda r: r["reveals"].reverse(), "第 1 个公开值的 role 应为 system"),
        (1, lambda r: r["reveals"].insert(1, r["reveals"].pop(2)), "第 2 个公开值的 role"),
        (1, lambda r: r["reveals"].append(r["reveals"][1]), "公开值应有 3 个，记录里有 4 个"),
        (1, lambda r: r["reveals"][0].update(value="00" * 32), "nonce_commit 不符"),
        (1, lambda r: r["reveals"][1].update(value="00"), "seed（种子）应为"),
        (1, lambda r: r["events"][0]["seats"].reverse(), "第 1 个事件（drawn）的第 1 席应为"),
        (1, lambda r: r["events"][0]["seats"][0].update(group="g3"), "第 1 席应为"),
        (1, lambda r: r["events"][0]["seats"].pop(), "应有 5 席，记录里有 4 席"),
        (1, lambda r: r["events"].pop(), "没有以 end 事件结束"),
        (1, lambda r: r["events"].clear(), "缺少 drawn"),
        (1, lambda r: r["events"][1].update(state="success_supplement"), "state 应为 success，"),
        (3, lambda r: r["events"].pop(1), "第 2 个事件的 n 应为 2"),
        (3, lambda r: r["events"][1].update(commit="ab" * 32), "候选人里没有"),
        (3, lambda r: r["events"][2].update(commit=r["events"][1]["commit"]), "不在席位上"),
        (3, lambda r: r["events"][1].update(reason="bored"), "reason 必须是"),
        (3, lambda r: r["events"][6].update(commit=r["events"][1]["commit"]), "已入过席"),
        (3, lambda r: r["events"][7].update(type="exit"), "紧接 supplement"),
        (0, lambda r: r["events"][8].update(lacking={"g1": 1}), 'lacking 应为 {"g1":2}'),
        (0, lambda r: r["events"][8].update(state="void"), "缺少 reason"),
        (0, lambda r: r["events"][8].update(state="void", reason="x", by=["a"]), "两名不同的人员"),
        (1, lambda r: r["openings"].pop(2), "缺少 .* 的开封"),
        (1, lambda r: r["openings"][2].update(ref="ZJ1"), "第 3 份开封：编号和盐值与承诺"),
        (1, lambda r: r["openings"].append(r["openings"][0]), "第 6 份开封与前面的重复"),
    ],
)
def test_a_difference_names_its_place(number, change, message):
    spoiled = vector(number)
    change(spoiled)
    difference = find_difference(spoiled)
    assert difference is not None
    assert re.search(message, difference), difference


def test_an_end_between_exit_and_supplement_is_named():
    record = vector(3)
    del record["events"][3:-1]
    record["events"][-1].update(n=4, state="unsatisfied")
    assert "尚未补抽" in find_difference(record)


def test_further_keys_of_events_and_sealed_names_are_in_order():
    record = vector(0)
    record["openings"] = []
    record["events"][1].update(at="2026-11-24T09:30:00+08:00", by="经办人")
    record["events"][8].update(lacking={"g1": 2})
    assert find_difference(record) is None


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [{}], {"protocol": "VDRAW-1"}])
def test_what_is_no_record_is_named(value):
    assert find_difference(value).startswith("记录")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"a":1,"a":2}',
        b'{"a":1.5}',
        b'{"a":NaN}',
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\xed\xa0\x80"}',
    ],
)
def test_malformed_text_is_named(text):
    assert verify.find_difference_in_text(text)


def test_deep_nesting_is_named():
    record, rule = vector(1), {}
    for _ in range(100_000):
        rule = {"a": rule}
    record["rule"]["deep"] = rule
    assert find_difference(record) == "记录的嵌套层数过多"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        max_leaves=5,
    ),
    st.data(),
)
@settings(max_examples=300)
def test_no_input_ends_in_a_traceback(value, data):
    record = vector(data.draw(st.sampled_from([0, 3])))
    path = data.draw(st.sampled_from(list(paths(record))))
    place = path[: data.draw(st.integers(1, len(path)))]
    spoil(record, place, lambda _: value)
    assert find_difference(record) is None or find_difference(record)


def run(file, *arguments):
    return subprocess.run(
        [sys.executable, "-I", str(file), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )


def test_it_runs_alone_as_one_file(tmp_path):
    alone = shutil.copy(verify.__file__, tmp_path / "verify.py")
    record = tmp_path / "record.json"
    record.write_bytes(compact(VECTORS[3]))
    done = run(alone, record)
    assert (done.returncode, done.stderr) == (0, "")
    said, standing, _ = done.stdout.splitlines()
    assert said == "一致"
    assert re.fullmatch(r"抽取编号：\w+；状态：抽取成功；事件：12 个。", standing)
    spoiled = vector(3)
    spoiled["seed"] = "00" * 32
    record.write_bytes(compact(spoiled))
    done = run(alone, record)
    assert done.returncode == 1
    assert done.stdout.startswith("记录的 seed（种子）应为")
    assert done.stderr == ""


def test_a_file_that_cannot_be_read_is_said(tmp_path, capsys):
    nothing = tmp_path / "nothing.json"
    assert verify.main([str(nothing)]) == 2
    assert verify.main([str(tmp_path)]) == 2
    assert verify.main([]) == 2
    missing, folder, usage = capsys.readouterr().out.splitlines()
    assert missing == f"无法读取 {nothing}：没有这个文件"
    assert folder == f"无法读取 {tmp_path}：这是目录，不是文件"
    assert "用法" in usage


@pytest.mark.parametrize(("spoiled", "code"), [(False, 0), (True, 1)])
def test_who_stops_reading_gets_no_traceback(tmp_path, spoiled, code):
    """As `verify … | head` does: the exit code still tells."""
    record = tmp_path / "record.json"
    record.write_bytes(compact(vector(3) | ({"seed": "00" * 32} if spoiled else {})))
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, verify.__file__, record],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, "")


def test_it_imports_only_the_standard_library():
    source = Path(verify.__file__).read_text()
    modules = {
        line.split()[1].split(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert modules <= set(sys.stdlib_module_names)


def test_it_knows_both_hashes_and_any_life():
    for seed in range(1000, 1100):
        assert find_difference(json.loads(json.dumps(random_record(seed).to_dict()))) is None


def test_how_it_ended_and_what_the_public_page_shows_stand_beside_the_verdict(tmp_path, capsys):
    """A record of a void draw, and one whose last event was cut off, hold by themselves."""
    whole = next(
        one
        for one in VECTORS
        if one["events"][-1]["type"] == "void" and one["events"][-1].get("hash")
    )
    cut = copy.deepcopy(whole)
    del cut["events"][-1]
    said = []
    for record in (whole, cut):
        file = tmp_path / "record.json"
        file.write_bytes(compact(record))
        assert verify.main([str(file)]) == 0
        verdict, standing, about = capsys.readouterr().out.splitlines()
        assert (verdict, about) == ("一致", verify.ABOUT_STANDING)
        said.append(standing)
    number, head = whole["rule"]["draw_id"], whole["events"][-1]["hash"]
    count = len(whole["events"])
    assert said[0] == f"抽取编号：{number}；状态：已作废；事件：{count} 个；事件链头：{head}。"
    assert f"事件：{count - 1} 个；" in said[1]
    assert "已作废" not in said[1]


def test_by_the_head_that_was_shown_a_cut_tail_is_found(tmp_path, capsys):
    whole = next(one for one in reversed(VECTORS) if len(one["events"]) > 2)
    file = tmp_path / "record.json"

    def last_line(record, *head):
        file.write_bytes(compact(record))
        code = verify.main([str(file), *head])
        return code, capsys.readouterr().out.splitlines()[-1]

    head = whole["events"][-1]["hash"]
    assert last_line(whole, head) == (0, "事件链头相符：到这个链头为止，记录没有缺少事件")
    # As it stands on a sheet, with or without quotation marks.
    eights = [head[at : at + 8] for at in range(0, 64, 8)]
    assert last_line(whole, *eights)[0] == last_line(whole, " ".join(eights).upper())[0] == 0
    first = whole["events"][0]["hash"]
    later = len(whole["events"]) - 1
    assert last_line(whole, first) == (0, f"给出的链头之后又有 {later} 个事件：记录较新")
    voided = next(
        one
        for one in VECTORS
        if one["events"][-1]["type"] == "void" and one["seed"] != whole["seed"]
    )
    cut = voided | {"events": voided["events"][:-1]}
    assert last_line(cut)[0] == 0
    code, said = last_line(cut, voided["events"][-1]["hash"])
    assert code == 1
    assert said.startswith("事件链头不符：记录较旧，或最后的事件被截去")
    assert last_line(whole, "not a head")[0] == 2


def test_words_of_states_are_those_of_the_browser():
    text = (ROOT / "frontend/src/verify/words.js").read_text()
    for name, states in (("STATES", verify.STATES), ("ASSIGNED_STATES", verify.ASSIGNMENT_STATES)):
        words = re.search(rf"export const {name} = \{{(.*?)\}}", text, re.DOTALL).group(1)
        assert dict(re.findall(r'(\w+): "(.*?)"', words)) == states
