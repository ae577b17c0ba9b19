"""Excel forms that are printed and signed: title, fields, a table, places to sign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook

from expertpool.core.documents.pictures import SQUARE_PIXELS
from expertpool.core.workbooks import Writer, open_workbook

BORDER = {"border": 1}
LOGO_PIXELS = 40  # high, on a screen of 96 dpi: it fits beside a title without a code to scan


@dataclass(frozen=True)
class SheetColumn:
    header: str
    width: float = 12
    align: str = "center"


def xlsx_sheet(
    *,
    title: str,
    fields: Sequence[tuple[str, str]] = (),
    columns: Sequence[SheetColumn],
    rows: Sequence[Sequence[Any]],
    notes: Sequence[str] = (),
    signatures: Sequence[str] = (),
    footer: str = "",
    fields_a_line: int = 2,
    blank_rows: int = 0,
    picture: bytes = b"",
    logo: bytes = b"",
) -> bytes:
    """Return an .xlsx file with one sheet for A4 landscape.

    ``fields`` stand above the table as label and value, ``fields_a_line`` in a line; ``notes``
    are merged lines below it; ``signatures`` are labels with room to sign. The header of the
    table repeats on each page; ``footer`` is printed at the left, page numbers at the right.
    ``picture`` is a small PNG (a QR code) at the right of the title, ``logo`` one (of `square_png`) at
    its left.
    """
    stream = io.BytesIO()
    with open_workbook(stream) as book:
        form = _Form(book, title, columns)
        form.title(title, picture, logo)
        form.fields(fields, fields_a_line)
        form.table([*rows, *([""] * len(columns) for _ in range(blank_rows))])
        form.notes(notes)
        form.signatures(signatures)
        form.print_setup(footer)
    return stream.getvalue()


class _Form(Writer):
    def __init__(self, book: Workbook, title: str, columns: Sequence[SheetColumn]) -> None:
        super().__init__(book, title)
        self.columns = columns
        self.last = len(columns) - 1
        self.row = 0
        for at, column in enumerate(columns):
            self.sheet.set_column(at, at, column.width)

    def style(self, **options: Any) -> Any:
        """On paper a long text goes on in the next line."""
        return super().style(text_wrap=True, **options)

    def merge(self, first: int, last: int, text: str, style: Any) -> None:
        """Write ``text`` over the columns ``first`` to ``last`` of the current row."""
        if first == last:
            self.sheet.write_string(self.row, first, text, style)
        else:
            self.sheet.merge_range(self.row, first, self.row, last, "", style)
            self.sheet.write_string(self.row, first, text, style)

    def title(self, text: str, picture: bytes, logo: bytes) -> None:
        self.sheet.set_row(self.row, 66 if picture else 36)
        if logo:
            scale = LOGO_PIXELS / SQUARE_PIXELS
            place = {"image_data": io.BytesIO(logo), "x_offset": 4, "y_offset": 4}
            scaled = place | {"x_scale": scale, "y_scale": scale}
            self.sheet.insert_image(self.row, 0, "logo.png", scaled)
        style = self.style(font_name="黑体", font_size=18, align="center")
        self.merge(0, self.last, text, style)
        if picture:
            place = {"image_data": io.BytesIO(picture), "x_offset": 24, "y_offset": 4}
            self.sheet.insert_image(self.row, self.last, "picture.png", place)
        self.row += 1

    def fields(self, fields: Sequence[tuple[str, str]], a_line: int) -> None:
        label = self.style(**BORDER, align="center", bg_color="#F2F4F8")
        value = self.style(**BORDER, align="left")
        for start in range(0, len(fields), a_line):
            line = fields[start : start + a_line]
            self.sheet.set_row(self.row, 24)
            edges = [round(at * (self.last + 1) / len(line)) for at in range(len(line) + 1)]
            for (name, text), first, end in zip(line, edges, edges[1:], strict=False):
                self.sheet.write_string(self.row, first, name, label)
                self.merge(min(first + 1, end - 1), end - 1, text, value)
            self.row += 1

    def table(self, rows: Sequence[Sequence[Any]]) -> None:
        header = self.style(**BORDER, bold=True, align="center", bg_color="#E8EEF7")
        for at, column in enumerate(self.columns):
            self.sheet.write_string(self.row, at, column.header, header)
        self.sheet.set_row(self.row, 26)
        self.sheet.repeat_rows(self.row)
        self.row += 1
        styles = [self.style(**BORDER, align=column.align) for column in self.columns]
        for row in rows:
            self.sheet.set_row(self.row, 26)
            for at, (value, style) in enumerate(zip(row, styles, strict=True)):
                self.cell(self.row, at, value, style)
            self.row += 1

    def notes(self, notes: Sequence[str]) -> None:
        style = self.style(font_size=10, align="left")
        for note in notes:
            self.sheet.set_row(self.row, 20)
            self.merge(0, self.last, note, style)
            self.row += 1

    def signatures(self, labels: Sequence[str]) -> None:
        if not labels:
            return
        self.row += 1
        self.sheet.set_row(self.row, 32)
        style = self.style(align="left")
        edges = [round(at * (self.last + 1) / len(labels)) for at in range(len(labels) + 1)]
        for label, first, end in zip(labels, edges, edges[1:], strict=False):
            self.merge(first, end - 1, f"{label}：", style)
        self.row += 1

    def print_setup(self, footer: str) -> None:
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.center_horizontally()
        self.print_wide(left=footer, right="第 &P 页 共 &N 页")
