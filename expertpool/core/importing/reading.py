"""Reading tables from files: .xlsx, .xls and .csv, row by row."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from expertpool.core.importing.flat import flat_rows
from expertpool.core.importing.pieces import Unusual

Numbered = tuple[int, list[Any]]
SUFFIXES = (".xlsx", ".xls", ".csv")
MOST_UNPACKED = 1024**3  # bytes of an .xlsx once unpacked; far above a million rows
DELIMITERS = (",", "\t", ";")


class UnreadableFile(ValueError):
    """A file that is no table we can read; the text says what to do."""


def read_rows(path: Path, *, suffix: str = "") -> Generator[Numbered]:
    """Yield (row number as Excel shows it, cells) of the first sheet that holds anything.

    ``suffix`` is the ending of the name that the user gave the file, if it is kept under another.
    Formulas come as the value that was saved with them. Raises UnreadableFile.
    """
    kind = (suffix or path.suffix).lower()
    if kind not in SUFFIXES:
        raise UnreadableFile("只能读取 .xlsx、.xls 或 .csv 文件，请另存为其中一种。")
    return _read_csv(path) if kind == ".csv" else _read_excel(path)


def _read_excel(path: Path) -> Generator[Numbered]:
    try:
        _check_unpacked(path)
        with TemporaryFile() as kept:
            try:
                rows = flat_rows(path, kept)
            except Unusual:
                rows = _rows_at_once(path)
            yield from rows
    except PasswordError:
        raise UnreadableFile("文件有打开密码，请去掉密码后再上传。") from None
    except (CalamineError, zipfile.BadZipFile, OSError):
        raise UnreadableFile("文件打不开，可能已损坏。请在 Excel 或 WPS 中另存为 .xlsx。") from None


def _rows_at_once(path: Path) -> Iterator[Numbered]:
    """Yield the rows of a sheet that is held in memory as a whole."""
    with CalamineWorkbook.from_path(path) as book:
        yield from enumerate(_first_sheet(book).iter_rows(), 1)


def _check_unpacked(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    # Before anything is unpacked: a few kilobytes can become all of the memory.
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise UnreadableFile("文件过大，请分成几个文件导入。")


def _first_sheet(book: CalamineWorkbook) -> CalamineSheet:
    for at, about in enumerate(book.sheets_metadata):
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_index(at)
            if sheet.height:
                return sheet
    raise UnreadableFile("文件中没有数据，请检查是否选错了文件。")


def _read_csv(path: Path) -> Generator[Numbered]:
    content = _decode(path.read_bytes())
    first = content.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        yield from enumerate(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter), 1)
    except csv.Error:
        raise UnreadableFile("文件不是有效的 .csv，请在 Excel 或 WPS 中另存为 .xlsx。") from None


def _decode(content: bytes) -> str:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else []
    # UTF-8 first: it fails on what is not its own, while GB 18030 reads most bytes as something.
    for encoding in (*encodings, "utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("文件的文字编码无法识别，请另存为 .xlsx。")
