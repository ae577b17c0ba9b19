"""One notation for the names that messages and forms hold."""

import pytest

from expertpool.core.placeholders import (
    Placeholder,
    Vocabulary,
    fill_text,
    has_stray_braces,
    in_single_braces,
    mark,
    names_in,
)

VOCABULARY = Vocabulary(
    (Placeholder("项目名称", "机房"), Placeholder("人数", 5)), (Placeholder("专家.姓名", "王工"),)
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("请参加{{项目名称}}", ["项目名称"]),
        ("｛｛ 项目 名称 ｝｝和{{专家．姓名}}", ["项目名称", "专家.姓名"]),
        ("{{人数}}{{人数}}", ["人数", "人数"]),
        ("{项目名称} {{}}", [""]),
        ("{% for x in y %}", ["{% for x in y %}"]),
    ],
)
def test_names_are_read_as_people_type_them(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_unknown_names_come_once_with_what_was_meant() -> None:
    text = "{{项目名}}、{{项目名}}、{{人数}}、{% if %}"
    assert VOCABULARY.unknown_in(text) == ["项目名", "{% if %}"]
    assert VOCABULARY.nearest("项目名") == "项目名称"
    assert VOCABULARY.nearest("封存值") is None


@pytest.mark.parametrize("text", ["{{项目名称", "项目名称｝｝", "{{项目名称}} }}"])
def test_braces_without_a_partner_are_found(text: str) -> None:
    assert has_stray_braces(text)
    assert not has_stray_braces("{{项目名称}} {单} ｛单｝")


def test_a_name_between_single_braces_is_found() -> None:
    text = "{{项目名称}}：{人数} 人，｛ 人数 ｝，{单}"
    assert in_single_braces(text, VOCABULARY.names) == ["人数"]


def test_a_value_is_never_read_as_a_template() -> None:
    values = {"项目名称": "{{人数}}", "人数": 5}
    assert fill_text("｛｛项目名称｝｝：{{人数}} 人", values) == "{{人数}}：5 人"
    with pytest.raises(KeyError, match="地点"):
        fill_text("{{地点}}", values)


def test_a_vocabulary_is_made_of_samples() -> None:
    made = Vocabulary.of({"项目名称": "机房"})
    assert made.fields == (Placeholder("项目名称", "机房"),)
    assert fill_text(mark("项目名称"), {one.name: one.sample for one in made.fields}) == "机房"
