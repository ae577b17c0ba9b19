"""Writing the rows of an export to an .xlsx file, in constant memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from expertpool.core.exporting.exporter import (
    Exporter,
    Params,
    cell_value,
    visible_columns,
)

CHUNK = 1000
LONGEST_CELL = 32_767  # Excel's own limit
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Stamp:
    """Who exports, when and from where: the watermark line."""

    who: str
    at: datetime
    address: str

    def text(self, rows: int) -> str:
        at = timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M:%S")
        place = f"，来自 {self.address}" if self.address else ""
        return f"导出人：{self.who}，导出时间：{at}{place}，共 {rows} 行。内部资料，请勿外传。"


def write_xlsx(
    exporter: Exporter,
    *,
    user: Any,
    params: Params,
    stamp: Stamp,
    stream: BinaryIO,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the export to ``stream``; return the number of rows.

    The watermark stands below the last row and at the foot of every printed page. Text that
    begins with = + - @ stays text. ``progress`` is called with the rows done every 1000 rows.
    """
    columns = visible_columns(exporter, user, params)
    # Leaving the block closes the file that holds the rows, whatever happened.
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        about = {"title": exporter.title, "author": stamp.who, "created": _naive(stamp.at)}
        book.set_properties(about)
        sheet = _Sheet(book, exporter.title)
        sheet.head([(column.header, column.width) for column in columns])
        for row in exporter.rows(user, params).iterator(chunk_size=CHUNK):
            sheet.row([cell_value(user, column, row) for column in columns])
            if progress and sheet.rows % CHUNK == 0:
                progress(sheet.rows)
        sheet.foot(stamp.text(sheet.rows), columns=len(columns))
    return sheet.rows


class _Sheet:
    """The one sheet of an export."""

    def __init__(self, book: xlsxwriter.Workbook, title: str) -> None:
        self.rows = 0
        self.sheet: Worksheet = book.add_worksheet(title[:31])
        text = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        self.header: Format = book.add_format(
            text | {"bold": True, "bg_color": "#E8EEF7", "border": 1, "border_color": "#BFC8D6"}
        )
        self.text: Format = book.add_format(text | {"num_format": "@"})
        self.date: Format = book.add_format(text | {"num_format": "yyyy-mm-dd"})
        self.datetime: Format = book.add_format(text | {"num_format": "yyyy-mm-dd hh:mm"})
        self.mark: Format = book.add_format(
            {"font_name": "宋体", "font_size": 9, "font_color": "#8A919F"}
        )

    def head(self, columns: list[tuple[str, int]]) -> None:
        for at, (header, width) in enumerate(columns):
            self.sheet.set_column(at, at, width)
            self.sheet.write_string(0, at, header, self.header)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)

    def row(self, values: list[Any]) -> None:
        self.rows += 1
        for at, value in enumerate(values):
            self.cell(at, value)

    def cell(self, at: int, value: Any) -> None:
        match value:
            case None | "":
                return
            case bool():
                self.sheet.write_string(self.rows, at, "是" if value else "否", self.text)
            case int() | float() | Decimal():
                self.sheet.write_number(self.rows, at, value)
            case datetime():
                self.sheet.write_datetime(self.rows, at, _naive(value), self.datetime)
            case date():
                moment = datetime.combine(value, time())
                self.sheet.write_datetime(self.rows, at, moment, self.date)
            case _:
                self.sheet.write_string(self.rows, at, str(value)[:LONGEST_CELL], self.text)

    def foot(self, text: str, *, columns: int) -> None:
        self.sheet.write_string(self.rows + 2, 0, text, self.mark)
        self.sheet.autofilter(0, 0, self.rows, max(columns - 1, 0))
        # In a printed header & is a command; doubled, it is itself.
        self.sheet.set_footer(f"&L&8{text.replace('&', '&&')[:200]}&R&8&P / &N")


def _naive(at: datetime) -> datetime:
    return timezone.make_naive(at) if timezone.is_aware(at) else at
