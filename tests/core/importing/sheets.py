"""Small files for import tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
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


def import_by_page(client: Client, door: str, file: Path, **options: str) -> ImportRun:
    """Upload ``file`` at ``door`` (the name of its page), take the columns that are proposed, and confirm what was checked."""
    posted = {"file": SimpleUploadedFile(file.name, file.read_bytes()), **options}
    page = client.post(reverse(door), posted, follow=True)
    run: ImportRun = page.context["run"]
    if run.state == "mapping":
        said = {f"column-{at}": code for at, code in enumerate(run.mapping)}
        page = client.post(reverse(f"{door}_mapping", args=[run.pk]), said, follow=True)
        run = page.context["run"]
    assert run.state == "previewed", page.content.decode()
    client.post(reverse(f"{door}_confirm", args=[run.pk]), {"check": run.checks})
    run.refresh_from_db()
    return run
