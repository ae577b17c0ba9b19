"""What is stored or typed becomes a checked tree, or a sentence that says the mend."""

from __future__ import annotations

from typing import Any

import pytest

from expertpool.core.criteria import (
    AllOf,
    CriteriaError,
    Leaf,
    Number,
    canonical,
    canonical_json,
    criteria_field,
    join_criteria,
    parse,
    register_criteria,
)
from expertpool.core.criteria.registry import JOINED_CRITERIA
from tests.core.criteria.conftest import SUBJECT

TITLE = {"field": "title", "op": "contains", "value": "专家"}
ROWS = {"field": "rows", "op": "gte", "value": 8}
STATE = {"field": "state", "op": "in", "value": ["done", "failed"]}


class Viewer:
    def __init__(self, **levels: str) -> None:
        self.field_levels = {f"tests.{name}": [level] for name, level in levels.items()}


def stored(data: Any) -> dict[str, Any]:
    return canonical(parse(SUBJECT, data))


@pytest.mark.parametrize("nothing", [None, "", "  ", {}, {"all": []}, {"any": []}, "null"])
def test_no_condition_matches_everything(nothing: Any) -> None:
    assert parse(SUBJECT, nothing) == AllOf()


DEAR = {"field": "dear", "op": "contains", "value": "专家"}


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize(
    "spread",
    [
        lambda leaves: {"all": leaves},
        lambda leaves: {"any": [{"not": leaf} for leaf in leaves]},
        lambda leaves: {"all": [{"any": leaves[:5]}, {"not": {"all": leaves[5:]}}]},
    ],
    ids=["beside", "under not", "spread"],
)
def test_few_conditions_look_at_every_row_anew(spread: Any) -> None:
    parse(SUBJECT, spread([DEAR] * 10), viewer=Viewer())
    with pytest.raises(CriteriaError, match="最多 10 个"):
        parse(SUBJECT, spread([DEAR] * 11), viewer=Viewer())


def test_a_condition_has_no_more_values_than_a_list_shows() -> None:
    with pytest.raises(CriteriaError, match="最多选择 2000 项"):
        parse(SUBJECT, {"field": "code", "op": "in", "value": [f"X{n}" for n in range(2001)]})


def test_json_text_is_read() -> None:
    text = '{"field": "rows", "op": "gte", "value": "8"}'
    assert parse(SUBJECT, text) == Leaf(SUBJECT, "rows", "gte", 8)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("[", "不是有效的格式"),
        ([1], "不是有效的格式"),
        ({"xor": []}, "不是有效的格式"),
        ({"all": [TITLE], "any": [TITLE]}, "不是有效的格式"),
        ({"all": [TITLE, {"any": []}]}, "条件组是空的"),
        ({"field": "nose", "op": "eq", "value": 1}, "字段“nose”不存在"),
        ({"field": ["title"], "op": "eq", "value": 1}, "不存在"),
        ({"field": "title", "op": "gte", "value": "a"}, "“名称”：没有这种比较方式"),
        ({"field": "title", "op": ["eq"], "value": "a"}, "没有这种比较方式"),
        ({"field": "title", "op": "eq"}, "“名称”：请填写或选择"),
        ({"field": "title", "op": "eq", "value": " "}, "“名称”：请填写内容"),
        ({"field": "title", "op": "eq", "value": "a\x00b"}, "无法识别的字符"),
        ({"field": "title", "op": "eq", "value": "a" * 201}, "过长"),
        # As JSON has them, what no database takes and no answer can say.
        ('{"field": "state", "op": "eq", "value": "\\ud800"}', "无法识别的字符"),
        ('{"field": "size", "op": "gte", "value": "\\ud800"}', "无法识别的字符"),
        ('{"any": [{"field": "code", "op": "in", "value": ["A", "\\ud800"]}]}', "无法识别的字符"),
        ('{"field": "exporter", "op": "in", "value": ["\\u0000"]}', "无法识别的字符"),
        ('{"field": "\\ud800", "op": "eq", "value": "A"}', "无法识别的字符"),
        ({"field": "state", "op": "eq", "value": "gone"}, "“状态”：没有“gone”这一项"),
        ({"field": "state", "op": "in", "value": []}, "至少选择一项"),
        ({"field": "state", "op": "eq", "value": ["done"]}, "没有"),
        ({"field": "rows", "op": "eq", "value": "many"}, "“行数”：请填写数字"),
        ({"field": "rows", "op": "eq", "value": True}, "请填写数字"),
        ({"field": "rows", "op": "eq", "value": "nan"}, "请填写数字"),
        ({"field": "rows", "op": "eq", "value": 1.5}, "请填写整数"),
        ({"field": "rows", "op": "eq", "value": -1}, "0 至 1000 之间"),
        ({"field": "rows", "op": "eq", "value": 10**400}, "请填写数字"),
        ({"field": "rows", "op": "between", "value": [9, 1]}, "请对调"),
        ({"field": "rows", "op": "between", "value": [9]}, "起止两个值"),
        ({"field": "finished", "op": "eq", "value": "24/11/2026"}, "2026-11-24 的形式"),
        ({"field": "finished", "op": "eq", "value": "2026-02-30"}, "2026-11-24 的形式"),
        ({"field": "recent", "op": "eq", "value": "true"}, "“是”或“否”"),
        ({"field": "code", "op": "in", "value": ["A", "X"]}, "“X”已不存在"),
        ({"field": "code", "op": "in", "value": [{}]}, "请重新选择"),
    ],
)
def test_a_wrong_condition_is_named(data: Any, sentence: str) -> None:
    with pytest.raises(CriteriaError, match=sentence):
        parse(SUBJECT, data)


def test_too_deep_and_too_many_are_refused() -> None:
    deep: dict[str, Any] = TITLE
    for _ in range(10):
        deep = {"not": deep}
    with pytest.raises(CriteriaError, match="嵌套"):
        parse(SUBJECT, deep)
    with pytest.raises(CriteriaError, match="最多 200 个条件"):
        parse(SUBJECT, {"all": [TITLE] * 201})


def test_a_guarded_field_needs_a_viewer_who_sees_it_plain() -> None:
    data = {"field": "address", "op": "eq", "value": "10.0.0.1"}
    assert parse(SUBJECT, data, viewer=Viewer(address="plain"))
    assert parse(SUBJECT, data)
    for viewer in (Viewer(), Viewer(address="masked"), Viewer(address="hidden")):
        with pytest.raises(CriteriaError, match="看不到“IP 地址”的明文"):
            parse(SUBJECT, {"not": {"any": [data, TITLE]}}, viewer=viewer)


def test_canonical_is_the_same_for_the_same_meaning() -> None:
    plain = {"all": [ROWS, {"any": [TITLE, STATE]}]}
    other = {
        "all": [
            {
                "all": [
                    {
                        "any": [
                            {"field": "state", "op": "in", "value": ["failed", "done", "done"]},
                            TITLE,
                            TITLE,
                        ]
                    }
                ]
            },
            {"not": {"not": {"field": "rows", "op": "gte", "value": "8.0"}}},
        ]
    }
    assert canonical_json(parse(SUBJECT, plain)) == canonical_json(parse(SUBJECT, other))
    assert stored({"any": [{"all": [TITLE]}]}) == TITLE
    assert stored(STATE) == STATE
    assert stored({"field": "error", "op": "empty"}) == {"field": "error", "op": "empty"}


def test_two_fields_of_one_code_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="two entries of criterion of tests"):
        register_criteria(SUBJECT, Number(code="rows", label="另一个"))


def test_a_subject_takes_one_source_of_fields_that_join() -> None:
    with JOINED_CRITERIA.holding():
        join_criteria(SUBJECT, lambda: [Number(code="joined", label="加入的")])
        assert criteria_field(SUBJECT, "joined").label == "加入的"
        with pytest.raises(ValueError, match="two entries of source of criteria"):
            join_criteria(SUBJECT, list)
        assert criteria_field(SUBJECT, "joined")


def test_every_condition_can_stand_in_a_set() -> None:
    """Whoever counts asks each question once."""
    code = {"field": "code", "op": "in", "value": ["B", "A"]}
    assert len({parse(SUBJECT, one) for one in (code, code, STATE)}) == 2
