"""The files that an import gives out: the template and the table of rows not taken."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from expertpool.core.importing.columns import Column
from expertpool.core.importing.importer import Importer, Row

TEMPLATE_ROWS = 5_000  # rows of the template that have text format and drop-down lists
LONGEST_CELL = 32_767  # Excel's own limit
PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
HEAD = FONT | {"bold": True, "bg_color": "#E8EEF7", "border": 1, "border_color": "#BFC8D6"}


def template_bytes(importer: type[Importer]) -> bytes:
    """Return the template: headers, one sample row, drop-down lists, and how to fill each column.

    All cells are text, so that Excel does not round ID card numbers or drop leading noughts.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    book.set_properties({"title": f"{importer.label}导入模板"})
    text = book.add_format(FONT | {"num_format": "@"})
    head, needed = book.add_format(HEAD), book.add_format(HEAD | {"font_color": "#B42318"})
    sheet = book.add_worksheet(importer.label)
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(importer.get_columns()):
        sheet.set_column(at, at, column.width, text)
        sheet.write_string(0, at, column.header, needed if column.required else head)
        if column.help:
            sheet.write_comment(0, at, column.help, {"x_scale": 2})
        sheet.write_string(1, at, column.sample, text)
        if column.choices:
            rule = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
            sheet.data_validation(1, at, TEMPLATE_ROWS, at, rule)
    _write_notes(book, importer.get_columns())
    book.close()
    return stream.getvalue()


def _write_notes(book: xlsxwriter.Workbook, columns: Sequence[Column]) -> None:
    head, text = book.add_format(HEAD), book.add_format(FONT | {"text_wrap": True})
    sheet = book.add_worksheet("填写说明")
    for at, (title, width) in enumerate((("列", 18), ("必填", 8), ("说明", 70), ("示例", 32))):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, head)
    for row, column in enumerate(columns, 1):
        values = ("是" if column.required else "", column.help, column.sample)
        for at, value in enumerate((column.header, *values)):
            sheet.write_string(row, at, value, text)
    notes = (
        "第一行是表头，列的次序可以变，不用的列可以删去。",
        "示例行请删除或覆盖。",
        "有错的行不会导入，其余照常导入；未导入的行连同原因可以下载，改好后再次导入即可。",
    )
    for at, note in enumerate(notes, len(columns) + 2):
        sheet.write_string(at, 0, note)


class RefusedSheet:
    """The 未导入信息表: each refused row as it stood, with its row number and the reason.

    Written in constant memory; the file appears when the block ends without an error, and only
    if a row was refused.
    """

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.path = path
        self.headers = headers
        self.count = 0

    def __enter__(self) -> RefusedSheet:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.part = self.path.with_suffix(".part")
        self.book = xlsxwriter.Workbook(str(self.part), PLAIN | {"constant_memory": True})
        self.text = self.book.add_format(FONT | {"num_format": "@"})
        self.reason = self.book.add_format(FONT | {"font_color": "#B42318"})
        self.sheet = self.book.add_worksheet("未导入信息")
        head = self.book.add_format(HEAD)
        for at, (title, width) in enumerate(
            [("原行号", 8), ("未导入原因", 40), *((header, 16) for header in self.headers)]
        ):
            self.sheet.set_column(at, at, width)
            self.sheet.write_string(0, at, title, head)
        self.sheet.freeze_panes(1, 2)
        return self

    def add(self, row: Row) -> None:
        self.count += 1
        self.sheet.write_number(self.count, 0, row.number)
        reasons = "；".join(str(fault).rstrip("。") for fault in row.faults)
        self.sheet.write_string(self.count, 1, reasons, self.reason)
        for at, cell in enumerate(row.cells, 2):
            self._write(at, cell)

    def _write(self, at: int, cell: Any) -> None:
        """Write a cell as it was: a number stays a number, so that the reader sees what is wrong."""
        match cell:
            case None | "":
                return
            case bool():
                self.sheet.write_boolean(self.count, at, cell)
            case int() | float():
                self.sheet.write_number(self.count, at, cell)
            case datetime() | date() | time():
                self.sheet.write_string(self.count, at, cell.isoformat(), self.text)
            case _:
                self.sheet.write_string(self.count, at, str(cell)[:LONGEST_CELL], self.text)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.book.close()
        if kind is None and self.count:
            self.part.replace(self.path)
        self.part.unlink(missing_ok=True)
