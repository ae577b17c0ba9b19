"""Writing .xlsx files: what all of them share, whoever fills them.

Exports, templates and refused rows of imports, and forms to print begin with `open_workbook` and
write cells by `Writer`. Text is text: nothing that begins with = + - @ becomes a formula, nothing
that looks like an address a link, no long number is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from expertpool.core.waiting import folder_of_parts

LONGEST_CELL = 32_767  # Excel's own limit
LONGEST_TITLE = 31  # of a sheet; Excel's own limit
LONGEST_FOOTER = 200
A4 = 9
FONT = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
HEAD = FONT | {"bold": True, "bg_color": "#E8EEF7", "border": 1, "border_color": "#BFC8D6"}
ALARM = "#B42318"  # the colour of what is required or wrong
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))  # in the title of a sheet


def open_workbook(target: Path | BinaryIO, *, constant_memory: bool = False) -> xlsxwriter.Workbook:
    """Return a workbook that is written to ``target`` when it is closed.

    ``constant_memory``: rows go to disk as they come, so that each is written once, in order.
    """
    options = {
        "constant_memory": constant_memory,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Rows and parts lie in files until the workbook is whole.
        "tmpdir": str(folder_of_parts()),
    }
    return xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)


class Writer:
    """One sheet of a workbook, with the styles that all tables have."""

    def __init__(self, book: xlsxwriter.Workbook, title: str) -> None:
        self.book = book
        self.sheet: Worksheet = book.add_worksheet(title[:LONGEST_TITLE].translate(_FORBIDDEN))
        self.header: Format = book.add_format(HEAD)
        self.text = self.style(num_format="@")
        self.date = self.style(num_format="yyyy-mm-dd")
        self.moment = self.style(num_format="yyyy-mm-dd hh:mm")

    def style(self, **options: Any) -> Format:
        """Return the common font with ``options`` of xlsxwriter."""
        return self.book.add_format(FONT | options)

    def head(self, columns: Sequence[tuple[str, float]], *, frozen: int = 0, row: int = 0) -> None:
        """Write headers, with widths, into a row, the first unless it is said, which stays in sight with those above it; so do
        the first ``frozen`` columns."""
        for at, (header, width) in enumerate(columns):
            self.sheet.set_column(at, at, width)
            self.sheet.write_string(row, at, header, self.header)
        self.sheet.freeze_panes(row + 1, frozen)

    def cell(self, row: int, at: int, value: Any, style: Format | None = None) -> None:
        """Write ``value`` by its type; nothing leaves the cell as it is, unless it has a style."""
        match value:
            case None | "":
                if style is not None:
                    self.sheet.write_blank(row, at, None, style)
            # Before numbers: True is one to Python.
            case bool():
                self.sheet.write_string(row, at, "是" if value else "否", style or self.text)
            case int() | float() | Decimal():
                self.sheet.write_number(row, at, value, style)
            # Before dates, of which a moment is one.
            case datetime():
                self.sheet.write_datetime(row, at, naive(value), style or self.moment)
            case date():
                moment = datetime.combine(value, time())
                self.sheet.write_datetime(row, at, moment, style or self.date)
            case _:
                self.sheet.write_string(row, at, str(value)[:LONGEST_CELL], style or self.text)

    def print_wide(self, *, left: str, right: str) -> None:
        """Print on A4, landscape, one page wide; ``left`` is text, ``right`` may hold codes of
        Excel (``&P``: the page)."""
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.fit_to_pages(1, 0)
        # In a printed footer & is a command; doubled, it is itself.
        self.sheet.set_footer(f"&L&9{left.replace('&', '&&')[:LONGEST_FOOTER]}&R&9{right}")


def naive(at: datetime) -> datetime:
    """Return ``at`` as Excel keeps times: of this place, without a zone."""
    return timezone.make_naive(at) if timezone.is_aware(at) else at
