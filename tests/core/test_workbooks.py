"""What every .xlsx file that we write has in common."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from expertpool.core.workbooks import LONGEST_CELL, Writer, open_workbook


def written(*values: Any, constant_memory: bool = False) -> Any:
    """The sheet of a workbook with ``values`` below a header, read again."""
    stream = io.BytesIO()
    with open_workbook(stream, constant_memory=constant_memory) as book:
        table = Writer(book, "一[二]/三" + "长" * 40)
        table.head([("值", 12)])
        for row, value in enumerate(values, 1):
            table.cell(row, 0, value)
        table.print_wide(left="甲&乙", right="&P")
    return load_workbook(stream).active


@pytest.mark.parametrize("constant_memory", [False, True])
@pytest.mark.parametrize(
    "text", ["=1+1", "+86 138", "-1", "@王", "https://example.cn/", "00123", "110101198001010010"]
)
def test_text_stays_text(text: str, constant_memory: bool) -> None:
    cell = written(text, constant_memory=constant_memory)["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    assert cell.number_format == "@"


def test_values_are_written_by_their_type() -> None:
    at = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    sheet = written(True, 5, Decimal("1.5"), date(2026, 11, 24), at, None, "", "长" * 40_000)
    values = [cell.value for (cell,) in sheet["A2:A9"]]
    assert values[:3] == ["是", 5, 1.5]
    assert values[3] == datetime(2026, 11, 24)  # noqa: DTZ001 - as Excel keeps it
    assert values[4] == datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 - of this place
    assert values[5:7] == [None, None]
    assert len(values[7]) == LONGEST_CELL


def test_titles_and_footers_are_what_excel_takes() -> None:
    sheet = written()
    assert sheet.title == "一 二  三" + "长" * 25
    assert sheet.oddFooter.left.text == "甲&&乙"
    assert sheet.freeze_panes == "A2"
    assert sheet.page_setup.orientation == "landscape"


def test_a_file_on_disk_is_written_too(tmp_path: Path) -> None:
    with open_workbook(tmp_path / "表.xlsx", constant_memory=True) as book:
        Writer(book, "表").cell(0, 0, "甲")
    assert load_workbook(tmp_path / "表.xlsx").active["A1"].value == "甲"
