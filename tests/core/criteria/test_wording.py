"""Conditions in words, and the fields for the condition builder."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from expertpool.core.criteria import CriteriaField, explain, parse, schema
from tests.core.criteria.conftest import SUBJECT
from tests.core.criteria.test_parsing import ROWS, STATE, TITLE, Viewer

CODE = {"field": "code", "op": "in", "value": ["A01", "B"]}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "不限"),
        (TITLE, "名称 包含 “专家”"),
        (ROWS, "行数 不小于 8 行"),
        (STATE, "状态 属于 已完成、失败"),
        (CODE, "专业 属于 规划、货物"),
        ({"field": "size", "op": "gte", "value": "2"}, "大小 不低于 中"),
        ({"field": "error", "op": "empty"}, "失败原因 为空"),
        ({"field": "recent", "op": "eq", "value": False}, "近一周 为 否"),
        ({"field": "rows", "op": "between", "value": [1, 9]}, "行数 介于 1 行 至 9 行"),
        ({"all": [CODE, ROWS]}, "专业 属于 规划、货物 且 行数 不小于 8 行"),
        (
            {"any": [TITLE, {"all": [ROWS, STATE]}]},
            "名称 包含 “专家” 或 （行数 不小于 8 行 且 状态 属于 已完成、失败）",
        ),
        ({"not": {"any": [TITLE, ROWS]}}, "不满足（名称 包含 “专家” 或 行数 不小于 8 行）"),
    ],
)
def test_a_condition_reads_as_chinese(data: Any, text: str) -> None:
    assert explain(parse(SUBJECT, data)) == text


def test_the_schema_is_what_the_builder_expects() -> None:
    fields = {entry["code"]: entry for entry in schema(SUBJECT)["fields"]}
    assert fields["rows"] == {
        "code": "rows",
        "label": "行数",
        "type": "number",
        "operators": [
            {"code": "eq", "label": "等于"},
            {"code": "ne", "label": "不等于"},
            {"code": "gt", "label": "大于"},
            {"code": "gte", "label": "不小于"},
            {"code": "lt", "label": "小于"},
            {"code": "lte", "label": "不大于"},
            {"code": "between", "label": "介于"},
        ],
        "suffix": "行",
    }
    assert fields["state"]["choices"][0] == {"value": "queued", "label": "排队中"}
    assert (fields["code"]["type"], fields["code"]["src"]) == ("tree", "/tree.json")
    assert (fields["exporter"]["type"], fields["exporter"]["src"]) == ("unit", "/search.json")
    assert "choices" not in fields["code"]


def test_the_schema_brings_labels_of_chosen_values() -> None:
    node = parse(SUBJECT, {"not": {"all": [CODE, TITLE]}})
    fields = {entry["code"]: entry for entry in schema(SUBJECT, node=node)["fields"]}
    assert fields["code"]["choices"] == [
        {"value": "A01", "label": "规划"},
        {"value": "B", "label": "货物"},
    ]


def test_the_schema_leaves_out_what_the_viewer_does_not_see() -> None:
    def codes(viewer: Viewer) -> set[str]:
        return {entry["code"] for entry in schema(SUBJECT, viewer=viewer)["fields"]}

    assert "address" in codes(Viewer(address="plain"))
    assert codes(Viewer(address="plain")) - codes(Viewer()) == {"address"}


class ConditionForm(forms.Form):
    conditions = CriteriaField(SUBJECT, label="条件", required=False)


def test_the_form_field_shows_and_cleans() -> None:
    form = ConditionForm({"conditions": '{"any": [{"field": "rows", "op": "gte", "value": 8}]}'})
    assert form.is_valid()
    assert explain(form.cleaned_data["conditions"]) == "行数 不小于 8 行"
    html = str(ConditionForm(initial={"conditions": CODE})["conditions"])
    assert 'data-enhance="conditions" data-schema="id_conditions-schema"' in html
    assert '<div id="id_conditions-schema" hidden>' in html
    assert "&quot;A01&quot;" in html
    assert "\\u89c4\\u5212" in html or "规划" in html


def test_the_form_field_keeps_and_explains_what_is_wrong() -> None:
    form = ConditionForm({"conditions": '{"field": "rows", "op": "gte", "value": "many"}'})
    assert form.errors == {"conditions": ["条件“行数”：请填写数字。"]}
    assert "many" in str(form["conditions"])
    guarded = ConditionForm({"conditions": '{"field": "address", "op": "eq", "value": "1"}'})
    guarded.fields["conditions"].viewer = Viewer()
    assert "看不到" in guarded.errors["conditions"][0]


def test_a_required_condition_is_asked_for() -> None:
    field = CriteriaField(SUBJECT)
    with pytest.raises(forms.ValidationError, match="至少添加一个条件"):
        field.clean("")
