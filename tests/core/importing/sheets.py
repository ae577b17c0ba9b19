"""Small files for import tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from openpyxl import load_workbook

from expertpool.core.importing import Importer
from expertpool.core.importing.columns import ERRORS
from expertpool.core.importing.finding import Header, below, find_header
from expertpool.core.importing.findings import read_findings
from expertpool.core.models import ImportRun


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell in ERRORS:
                sheet.write_formula(at, column, "=NA()", None, cell)
            else:
                sheet.write(at, column, cell)
    book.close()
    return path


def table_of(
    importer: type[Importer], rows: Iterable[Sequence[Any]]
) -> tuple[Header, Iterator[tuple[int, list[Any]]]]:
    """Return the header of ``rows``, the first of which is row 1 of a sheet, and what is below."""
    numbered = [(number, list(cells)) for number, cells in enumerate(rows, 1)]
    top = {"name": "", "rows": numbered, "hidden": [], "hidden_rows": []}
    header = find_header(importer.get_columns(), [top], {})
    return header, below(numbered, header.row)


def refused_of(run: ImportRun) -> list[dict[str, Any]]:
    """Return the refused rows that the page of ``run`` shows."""
    rows: list[dict[str, Any]] = read_findings(run).get("refused", [])
    return rows


def read_xlsx(path: Path | BinaryIO) -> list[list[Any]]:
    book = load_workbook(path)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
