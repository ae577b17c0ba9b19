"""Writing the rows of an export to an .xlsx file, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.utils import timezone
from xlsxwriter import Workbook

from expertpool.core.exporting.exporter import (
    ExportChart,
    ExportColumn,
    Exporter,
    Params,
    Reading,
    cell_value,
    read_for_file,
    visible_columns,
)
from expertpool.core.workbooks import Writer, naive, open_workbook

CHUNK = 1000
LABELLED = 20  # bars of a chart that say their numbers


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
    reading: Reading | None = None,
    progress: Callable[[int], None] | None = None,
    persons: MutableSequence[int] | None = None,
) -> int:
    """Write ``reading`` of the export (what is there now, unless the run has read it) to ``stream``; return the number
    of rows.

    The watermark stands below the last row and at the foot of every printed page. Text that
    begins with = + - @ stays text. ``progress`` is called with the rows done every 1000 rows; to ``persons`` goes of whom
    each row tells (`Exporter.person`).
    Refuses what `read_for_file` refuses.
    """
    reading = reading or read_for_file(exporter, user, params)
    columns = visible_columns(reading.columns, user, params)
    # Leaving the block closes the file that holds the rows, whatever happened.
    with open_workbook(stream, constant_memory=True) as book:
        about = {"title": exporter.title, "author": stamp.who, "created": naive(stamp.at)}
        book.set_properties(about)
        widths = [(column.header, column.width) for column in columns]
        sheet = _Sheet(book, exporter.title, widths)
        for row in reading.rows.iterator(chunk_size=CHUNK):
            sheet.add([cell_value(user, column, row) for column in columns])
            if persons is not None and exporter.person:
                persons.append(getattr(row, exporter.person))
            if progress and sheet.rows % CHUNK == 0:
                progress(sheet.rows)
        sheet.foot(stamp.text(sheet.rows))
        if reading.chart:
            sheet.draw(reading.chart, columns)
    return sheet.rows


class _Sheet(Writer):
    """The one sheet of an export."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[tuple[str, float]]) -> None:
        super().__init__(book, title)
        self.rows, self.columns = 0, len(columns)
        self.head(columns)
        self.sheet.repeat_rows(0)

    def add(self, values: Sequence[Any]) -> None:
        self.rows += 1
        for at, value in enumerate(values):
            self.cell(self.rows, at, value)

    def draw(self, chart: ExportChart, columns: Sequence[ExportColumn]) -> None:
        """Draw ``chart`` at the right of the table, from its cells."""
        at = {column.code: place for place, column in enumerate(columns)}
        if not chart.rows or not {chart.labels, chart.values} <= at.keys():
            return
        drawn = self.book.add_chart({"type": "line" if chart.over_time else "column"})
        first, last = 1, chart.rows
        drawn.add_series(
            {
                "name": columns[at[chart.values]].header,
                "categories": [self.sheet.name, first, at[chart.labels], last, at[chart.labels]],
                "values": [self.sheet.name, first, at[chart.values], last, at[chart.values]],
                "data_labels": {"value": chart.rows <= LABELLED},
            }
        )
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
        drawn.set_legend({"none": True})
        drawn.set_size({"width": 720, "height": 400})
        self.sheet.insert_chart(0, self.columns + 1, drawn)

    def foot(self, text: str) -> None:
        mark = self.style(font_size=9, font_color="#8A919F")
        self.sheet.write_string(self.rows + 2, 0, text, mark)
        # Only now the number of rows is known.
        self.sheet.autofilter(0, 0, self.rows, max(self.columns - 1, 0))
        self.print_wide(left=text, right="&P / &N")
