"""Rows that a page edits and posts as a whole."""

from __future__ import annotations

from functools import partial

import pytest
from django import forms
from django.http import QueryDict

from expertpool.core.views.rows import Draft, Makers, RowKind, RowsForm

INNER = RowKind("level", {"text": ""}, ordered=False)
OUTER = RowKind("group", {"name": "", "kind": "a"}, inside=INNER, titled="name")
PAGE = "group=2&group=1&g2-name=技术&g2-kind=b&g2-level=1&g2-level=4&g2-l1-text=甲&g2-l4-text=乙"


class OuterForm(forms.Form):
    name = forms.CharField()


class InnerForm(forms.Form):
    text = forms.CharField()


def drafts() -> list[Draft]:
    return OUTER.posted(QueryDict(PAGE))


def keys(rows: list[Draft]) -> list[int]:
    return [row.key for row in rows]


def test_rows_are_read_as_they_stand_in_the_page_complete_or_not() -> None:
    assert drafts() == [
        Draft(
            2, {"name": "技术", "kind": "b"}, [Draft(1, {"text": "甲"}), Draft(4, {"text": "乙"})]
        ),
        Draft(1, {"name": "", "kind": "a"}, []),
    ]
    assert OUTER.posted(QueryDict("group=x&group=3&group=3")) == [
        Draft(3, {"name": "", "kind": "a"}, [])
    ]


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ("add", [2, 1, 3]),
        ("up:1", [1, 2]),
        ("up:2", [2, 1]),
        ("down:2", [1, 2]),
        ("down:1", [2, 1]),
        ("copy:2", [2, 3, 1]),
        ("remove:2", [1]),
        ("remove:9", [2, 1]),
        ("explode:2", [2, 1]),
        ("", [2, 1]),
    ],
)
def test_a_button_adds_moves_copies_or_removes_a_row(operation: str, left: list[int]) -> None:
    assert keys(OUTER.changed(drafts(), operation)) == left


def test_a_copy_has_all_of_its_source_and_a_name_of_its_own() -> None:
    copy = OUTER.changed(drafts(), "copy:2")[1]
    assert copy.values == {"name": "技术（副本）", "kind": "b"}
    assert [row.values["text"] for row in copy.inside] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("operation", "left"),
    [("copy:2:1", ["甲", "乙", "甲"]), ("remove:2:1", ["乙"]), ("add:2", ["甲", "乙"])],
)
def test_rows_inside_a_row_are_changed_by_their_path(operation: str, left: list[str]) -> None:
    row, other = OUTER.changed(drafts(), operation)
    assert [one.values["text"] for one in row.inside] == left
    assert other == drafts()[1]


def test_there_is_always_a_row_to_fill_in() -> None:
    one = OUTER.changed([OUTER.new(7)], "remove:7")
    assert one == [Draft(1, {"name": "", "kind": "a"}, [Draft(1, {"text": ""})])]


def test_all_errors_show_at_once_beside_their_rows() -> None:
    make: Makers = {"group": OuterForm, "level": partial(InnerForm, label_suffix="")}
    data = QueryDict(PAGE.replace("乙", ""))
    page = RowsForm(OUTER, OUTER.posted(data), make, data)
    assert not page.is_valid()
    first, second = page.rows
    assert (first.form.errors, "name" in second.form.errors) == ({}, True)
    assert ["text" in level.form.errors for level in first.inside] == [False, True]
    assert [(row.path, row.number, row.is_last) for row in (first, first.inside[1], second)] == [
        (":2", 1, False),
        (":2:4", 2, True),
        (":1", 2, True),
    ]
    assert RowsForm(OUTER, [], make, data).is_valid()  # the service says that there is none
