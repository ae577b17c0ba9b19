"""What comes again in a column is cleaned once; what names people is not kept beyond its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from expertpool.core.importing import (
    CLEANED,
    CellRefused,
    Fault,
    ImportColumn,
    Importer,
    Note,
    Row,
    Totals,
)
from expertpool.core.importing.answers import Answers
from expertpool.core.importing.cells import TRIED, RowReader

asked: Counter[str] = Counter()


def clean(cell: Any) -> str:
    asked[cell] += 1
    if cell == "错":
        raise CellRefused("{}不存在")
    return str(cell).strip().upper()


class Few(Importer):
    columns = (
        ImportColumn("name", "姓名", clean, required=True),
        ImportColumn("title", "职称", clean, dispensable=True),
    )

    def prepare(self, rows: Sequence[Row]) -> None: ...

    def validate(self, row: Row) -> Fault | None: ...

    def forget(self, rows: Sequence[Row]) -> None: ...

    def save(self, rows: Sequence[Row]) -> None: ...

    def finish(self, totals: Totals, *, file_name: str) -> None: ...


def reader(**words: dict[str, str]) -> RowReader:
    asked.clear()
    importer = Few(actor=None, now=datetime(2026, 11, 30, tzinfo=UTC), options={})
    return RowReader(importer, ["name", "title"], Answers(words=words), Totals())


def read(one: RowReader, number: int, *cells: Any) -> Row:
    row = one.row(number, list(cells))
    assert row is not None
    return row


def test_a_word_that_comes_again_is_cleaned_once_and_told_each_time() -> None:
    one = reader()
    rows = [read(one, number, f"甲{number}", "a1") for number in range(2, 5)]
    assert asked["a1"] == 1
    assert [row.values["title"] for row in rows] == ["A1"] * 3
    assert [row.notes for row in rows] == [[Note("职称", CLEANED, "a1", "A1")]] * 3


def test_what_is_refused_or_stands_for_the_row_above_is_looked_at_in_each_row() -> None:
    one = reader()
    texts = ("a1", "错", "同上", "b2", "同上", "错")
    rows = [read(one, number, f"甲{number}", text) for number, text in enumerate(texts, 2)]
    assert [row.values["title"] for row in rows] == ["A1", "", "", "B2", "B2", ""]
    assert [[str(fault) for fault in row.left] for row in rows][1::4] == [["职称不存在"]] * 2


def test_what_is_said_of_a_word_is_counted_each_time() -> None:
    one = reader(title={"a1": "b2"})
    rows = [read(one, number, f"甲{number}", "a1") for number in range(2, 5)]
    assert [row.values["title"] for row in rows] == ["B2"] * 3
    assert one.totals.applied["title", "a1"] == 3


def test_names_are_not_kept_beyond_their_rows() -> None:
    one = reader()
    for number in range(2, TRIED + 3):
        read(one, number, f"甲{number}", "a1")
    kept = {step.column.code: step.seen for step in one.steps}
    assert kept["name"] is None
    assert list(kept["title"] or ()) == ["a1"]
