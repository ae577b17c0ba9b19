"""The files that an import gives out: the template and the table of rows not taken."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, NamedTuple

from expertpool.core.importing.columns import ImportColumn
from expertpool.core.importing.findings import Collector
from expertpool.core.importing.importer import Fault, Importer, Row
from expertpool.core.workbooks import ALARM, HEAD, Writer, open_workbook

TEMPLATE_ROWS = 5_000  # rows of the template that have text format and drop-down lists


def template_bytes(importer: type[Importer], user: Any = None) -> bytes:
    """Return the template for ``user``: headers, one sample row, drop-down lists, and how to fill each column.

    All cells are text, so that Excel does not round ID card numbers or drop leading noughts.
    """
    stream = io.BytesIO()
    columns = [one for one in importer.get_columns(user) if one.in_template]
    with open_workbook(stream) as book:
        book.set_properties({"title": f"{importer.label}导入模板"})
        table = Writer(book, importer.label)
        needed = book.add_format(HEAD | {"font_color": ALARM})
        table.head([(column.header, column.width) for column in columns])
        for at, column in enumerate(columns):
            table.sheet.set_column(at, at, column.width, table.text)
            if column.required:
                table.sheet.write_string(0, at, column.header, needed)
            if column.help:
                table.sheet.write_comment(0, at, column.help, {"x_scale": 2})
            table.cell(1, at, column.sample)
            if column.choices:
                rule = {"validate": "list", "source": list(column.choices), "error_type": "warning"}
                table.sheet.data_validation(1, at, TEMPLATE_ROWS, at, rule)
        _write_notes(Writer(book, "填写说明"), columns)
    return stream.getvalue()


def _write_notes(notes: Writer, columns: Sequence[ImportColumn]) -> None:
    wrapped = notes.style(text_wrap=True)
    notes.head([("列", 18), ("必填", 8), ("说明", 70), ("示例", 32)])
    for row, column in enumerate(columns, 1):
        values = ("是" if column.required else "", column.help, column.sample)
        for at, value in enumerate((column.header, *values)):
            notes.cell(row, at, value, wrapped)
    lines = (
        "第一行是表头，列的次序可以变，不用的列可以删去。",
        "示例行不会被导入，可以不删。",
        "有错的行可以在网页上直接改正；没有导入的行连同原因可以下载，改好后再次导入即可。",
    )
    for at, line in enumerate(lines, len(columns) + 2):
        notes.sheet.write_string(at, 0, line)


class Outcomes(NamedTuple):
    """What became of a row, and of a cell, that was refused."""

    row: str
    cell: str


IMPORTED = Outcomes("整行没有导入", "这一格留空，其余已导入")
UPDATED = Outcomes("整行没有更新", "这一格没有改动，其余已更新")
# The same before anything was confirmed.
TO_IMPORT = Outcomes("整行不能导入", "这一格将留空")
TO_UPDATE = Outcomes("整行不能更新", "这一格将不改动")


class RefusedSheet:
    """The 未导入信息表: each refused row as it stood, with its row number and the reason; on a second
    sheet each cell that was refused, with the name and what became of it; on a third what was cleaned,
    guessed or is to be looked at in rows that were taken, of which the page shows the first alone.

    Written in constant memory, to a nameless file: nothing is left where the process is killed.
    ``content`` is the workbook when the block has ended without an error. Before an import is confirmed
    (``to_come``) it says what would become of each; ``note`` stands below the rows.
    """

    def __init__(
        self,
        headers: Sequence[str],
        collector: Collector,
        *,
        to_come: bool = False,
        note: str = "",
    ) -> None:
        self.headers = headers
        self.collector = collector
        update, adding = (TO_UPDATE, TO_IMPORT) if to_come else (UPDATED, IMPORTED)
        self.outcomes = update if collector.importer.is_update else adding
        self.note = note
        self.count = self.cells = self.notes = 0
        self.content = b""

    def __enter__(self) -> RefusedSheet:
        self.stream = TemporaryFile()
        self.book = open_workbook(self.stream, constant_memory=True)
        self.table = Writer(self.book, "未导入信息")
        self.each = Writer(self.book, "未导入的单元格")
        self.reason = self.table.style(font_color=ALARM)
        cells = [(header, 16) for header in self.headers]
        self.table.head([("原行号", 8), ("未导入原因", 40), *cells], frozen=2)
        self.each.head(CELL_COLUMNS)
        self.noted = Writer(self.book, "处理过的内容")
        self.noted.head(NOTE_COLUMNS)
        return self

    def add(self, row: Row) -> None:
        """Write a row that is not taken."""
        self.count += 1
        self.table.cell(self.count, 0, row.number)
        reasons = "；".join(str(fault).rstrip("。") for fault in row.faults)
        self.table.cell(self.count, 1, reasons, self.reason)
        for at, cell in enumerate(row.cells, 2):
            self.table.cell(self.count, at, _as_it_was(cell))
        self._cells(row, row.faults, self.outcomes.row)

    def taken(self, row: Row) -> None:
        """Write the cells without which a row was taken, and what is said of others."""
        if row.left:
            self._cells(row, row.left, self.outcomes.cell)
        for note in row.notes:
            self.notes += 1
            name = self.collector.name_of(row)
            values = (row.number, name, note.column, note.kind, note.was, note.now)
            for at, value in enumerate(values):
                self.noted.cell(self.notes, at, value)

    def _cells(self, row: Row, faults: Sequence[Fault], outcome: str) -> None:
        for fault, cell in zip(faults, self.collector.about(row, faults)["cells"], strict=True):
            self.cells += 1
            content = cell["content"]
            # What was typed on the page, or a word was said to mean, is what the reason speaks of.
            now = row.mended.get(fault.code) or fault.word
            if now and now not in content:
                content = f"{now}（原为：{content}）" if content else now
            why = f"{cell['reason']}：{cell['detail']}" if cell["detail"] else cell["reason"]
            name = self.collector.name_of(row)
            values = (row.number, name, cell["column"], content, why, outcome)
            for at, value in enumerate(values):
                self.each.cell(self.cells, at, value)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self.stream:
            if kind is None and not self.count:
                self.table.cell(1, 1, "没有需要逐行列出的内容。")
            if kind is None and self.note:
                self.table.cell(max(self.count, 1) + 1, 1, self.note)
            self.book.close()
            if kind is None:
                self.stream.seek(0)
                self.content = self.stream.read()


CELL_COLUMNS = (
    *(("原行号", 8), ("姓名或名称", 16), ("列", 16)),
    *(("内容", 30), ("原因", 50), ("处理", 24)),
)
NOTE_COLUMNS = (*CELL_COLUMNS[:3], ("处理", 12), ("原来", 30), ("现在", 50))


def _as_it_was(cell: Any) -> Any:
    """A number stays a number, so that the reader sees what is wrong; a time is told as it came."""
    return cell.isoformat() if isinstance(cell, datetime | date | time) else cell
