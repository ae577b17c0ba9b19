"""Two columns hold what is one column here: 姓 and 名."""

from __future__ import annotations

import pytest

from expertpool.core.importing.columns import ImportColumn, text
from expertpool.core.importing.finding import Why, find_header
from expertpool.core.importing.mapping import broken_rule

NAME = ImportColumn(
    "name",
    "姓名",
    text(50),
    pieces=("姓", "名"),
    piece_names={"Last Name": "姓", "Family Name": "姓", "First Name": "名", "Given Name": "名"},
    required=True,
)
COLUMNS = (NAME, ImportColumn("phone", "手机号", text(20)))
PERSON = ["王", "小明", "13911110001"]


def found(
    *headers: str, remembered: dict[str, str] | None = None
) -> tuple[list[str], list[str], list[str]]:
    top = {"name": "表", "hidden": [], "hidden_rows": []}
    top |= {"rows": [(1, ["名单"]), (2, [*headers]), *((n, PERSON) for n in range(3, 8))]}
    header = find_header(COLUMNS, [top], remembered or {})  # type: ignore[list-item]
    assert header.row == 2
    return header.codes, header.why, header.missing


@pytest.mark.shows("EXP-07")
def test_both_pieces_are_the_column_and_nothing_is_asked() -> None:
    assert found("姓", "名", "手机号") == (["name", "name", "phone"], [Why.JOINED] * 2 + [""], [])
    # Also after a file of which a piece was once said to be all of it.
    assert found("姓", "名", "手机号", remembered={"姓": "name", "名": ""})[0][:2] == ["name"] * 2
    assert not broken_rule(COLUMNS, ["姓", "名 ", "手机号"], ["name", "name", "phone"])


def test_a_piece_alone_or_beside_the_whole_is_asked_about() -> None:
    codes, why, _ = found("姓", "手机号")
    assert (codes[:2], why[:2]) == (["name", "phone"], [Why.LIKELY, ""])
    assert found("姓", "姓名", "手机号")[0] == ["", "name", "phone"]


@pytest.mark.parametrize(
    "headers", [("名", "姓"), ("First Name", "Last Name"), ("GIVEN NAME", "Family_Name")], ids=str
)
def test_pieces_may_stand_in_another_order_and_in_english(headers: tuple[str, str]) -> None:
    assert found(*headers, "手机号") == (["name", "name", "phone"], [Why.JOINED] * 2 + [""], [])
    assert not broken_rule(COLUMNS, [*headers, "手机号"], ["name", "name", "phone"])


def test_other_headers_than_pieces_are_refused_in_words() -> None:
    codes = ["name", "name", "phone"]
    assert "有两个表头对应了同一列（姓名）" in broken_rule(
        COLUMNS, ["姓名", "曾用名", "手机号"], codes
    )
