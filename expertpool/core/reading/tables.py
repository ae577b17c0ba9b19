"""Rows of tables: .xlsx, .xls, .ods, and those that are texts. Runs in the child; `importing.read_rows` is the door."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from expertpool.core.reading.extent import (
    Numbered,
    beginning,
    bounded,
    check_extent,
    few_letters,
)
from expertpool.core.reading.flat import (
    MOST_SHEETS,
    Look,
    Merged,
    Top,
    column_of,
    filled_down,
    first_rows,
    flat_rows,
    flat_tops,
    looked_at_rows,
    rows_of_top,
    with_unread,
)
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.pieces import MOST_MERGED, Unusual
from expertpool.core.reading.texts import ENDINGS, open_quote, text_rows
from expertpool.core.sizes import MEGABYTE

MOST_UNPACKED = 512 * MEGABYTE  # bytes of an .xlsx once unpacked; far above a hundred thousand rows
BLOCK = 500  # rows that are handed over at once
LOCKED = "文件有打开密码，请去掉密码后再上传。"
_COMPOUND, _ENCRYPTED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
_PAGE_WITHIN = 4_096  # bytes
_DIRECTORY_WITHIN = 64 * MEGABYTE  # bytes
WEB_PAGE = (
    "这是网页格式的表格，只是名称像 Excel 文件（从办公系统导出的常是这样）。"
    "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
)
BROKEN = "文件打不开，可能已损坏。请在 Excel 或 WPS 中另存为 .xlsx。"
_ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_LONGEST_ADDRESS = 16  # bytes


def blocks_of_rows(
    file: IO[bytes], *, kind: str, sheet: str = "", look: Look | None = None
) -> Iterator[Look | list[Numbered]]:
    """Yield the rows of a sheet by blocks: (number as Excel shows it, cells from the first column).
    ``kind`` is the ending of the file's name; without ``sheet`` it is the first that holds anything.
    Formulas come as the value that was saved with them. Refuses what is no table, or reaches too far.

    Before the first block comes what the sheet was found to be as a whole, where it was read to its end before that;
    with it as ``look`` the rows of the same file come as they are read.
    """
    found: Look = {}
    if look:
        rows = looked_at_rows(file, look)
    else:
        rows = text_rows(file) if kind in ENDINGS else _read_excel(file, sheet, found)
    rows = few_letters(rows)
    first = next(rows, None)
    if found:
        yield found
    rows = chain([first] if first else (), rows)
    while block := [(number, bounded(cells)) for number, cells in islice(rows, BLOCK)]:
        yield block


def tops_of_sheets(file: IO[bytes], *, kind: str, most: int) -> list[Top]:
    """Return the first ``most`` rows of each visible sheet, without the empty ones; see `Top`. Refuses a
    file of which every sheet is too wide or holds too much: one that is not meant stands in nobody's way."""
    found, tops = _tops_of_sheets(file, kind, most), list[Top]()
    problems: tuple[str, ...] = ()
    for top in found:
        try:
            rows = [(number, bounded(cells)) for number, cells in beginning(top["rows"])]
            cut = top["cut"] or len(rows) < len(top["rows"])
        except Refused as refused:
            if len(found) == 1:
                raise
            problems = refused.problems
        else:
            tops.append(top | {"rows": rows, "cut": cut})
    if found and not tops:
        raise Refused(*problems)
    return tops


def _tops_of_sheets(file: IO[bytes], kind: str, most: int) -> list[Top]:
    if kind in ENDINGS:
        about = {"hidden": [], "hidden_rows": [], "open_quote": open_quote(file)}
        return [{"name": "", **_first(text_rows(file), most), **about}]
    with _words_for_broken():
        _check_unpacked(file)
        try:
            return flat_tops(file, most)
        except Unusual:
            return _tops_at_once(file, most)


def _read_excel(file: IO[bytes], sheet: str, look: Look) -> Iterator[Numbered]:
    with _words_for_broken():
        _check_unpacked(file)
        with TemporaryFile() as kept:
            try:
                found, rows = flat_rows(file, kept, sheet=sheet)
                look |= found
            except Unusual:
                rows = _rows_at_once(file, sheet)
            yield from rows


@contextmanager
def _words_for_broken() -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise Refused(LOCKED) from None
    except (CalamineError, zipfile.BadZipFile, OSError):
        raise Refused(BROKEN) from None


def _rows_at_once(file: IO[bytes], name: str) -> Iterator[Numbered]:
    """Yield the rows of a sheet that is held in memory as a whole."""
    with _book(file) as book:
        sheet = next((one for one in _sheets(book) if name in ("", one.name)), None)
        if sheet is None:
            raise Refused("文件中没有数据，请检查是否选错了文件。")
        yield from filled_down(_numbered(sheet), _merged_down(sheet))


def _tops_at_once(file: IO[bytes], most: int) -> list[Top]:
    with _book(file) as book:
        sheets = list(_sheets(book))
        tops = [
            {
                "name": one.name,
                **_first(_numbered(one), rows_of_top(at, most)),
                "hidden": [],
                "hidden_rows": [],
            }
            for at, one in enumerate(sheets[:MOST_SHEETS])
        ]
        hidden = [
            one.name
            for one in book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet and one.visible != SheetVisibleEnum.Visible
        ]
        return with_unread(tops, len(sheets), hidden)


def _first(rows: Iterator[Numbered], most: int) -> Top:
    """Return the first rows that hold anything, and whether more follow."""
    return first_rows((row for row in rows if any(cell != "" for cell in row[1])), most)


def _book(file: IO[bytes]) -> CalamineWorkbook:
    _check_extents(file)
    file.seek(0)
    return CalamineWorkbook.from_object(file)


def has_macro_sheets(file: IO[bytes]) -> bool:
    """Tell whether a workbook of the older format holds sheets of macros (Excel 4.0), of which no stream says so. Of what
    cannot be read, also by a password, nothing is known."""
    file.seek(0)
    try:
        book = CalamineWorkbook.from_object(file)
    except (CalamineError, PasswordError, ValueError, OSError):
        return False
    return any(
        one.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba) for one in book.sheets_metadata
    )


def _numbered(sheet: CalamineSheet) -> Iterator[Numbered]:
    """Yield the rows; calamine leaves out what is empty on the left."""
    _, left = sheet.start or (0, 0)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [""] * left + cells


def _merged_down(sheet: CalamineSheet) -> Merged:
    """Return which cells are merged downwards, as `flat` does; of an .ods calamine does not say."""
    merged: Merged = {}
    _, width = sheet.end or (0, 0)
    for (first, left), (last, _) in islice(sheet.merged_cell_ranges or (), MOST_MERGED):
        if left <= width and first < last:
            merged.setdefault(first + 1, []).append((left, last + 1))
    return merged


def _check_unpacked(file: IO[bytes]) -> None:
    if not zipfile.is_zipfile(file):
        if _is_locked(file):
            raise Refused(LOCKED)
        if _is_web_page(file):
            raise Refused(WEB_PAGE)
        return
    # Before anything is unpacked: a few kilobytes can become all of the memory.
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise Refused("文件过大，请分成几个文件导入。")


def _is_locked(file: IO[bytes]) -> bool:
    """Tell whether a file is what Office makes of one with a password to open: a compound file that holds the
    encrypted one."""
    file.seek(0)
    start = file.read(_DIRECTORY_WITHIN)
    file.seek(0)
    return start.startswith(_COMPOUND) and _ENCRYPTED in start


def _is_web_page(file: IO[bytes]) -> bool:
    """Tell whether a file is a page that only bears the name of a table, as many systems give out."""
    file.seek(0)
    start = file.read(_PAGE_WITHIN).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    file.seek(0)
    return start.startswith(b"<") and any(mark in start for mark in (b"<html", b"<table", b"<meta"))


def _check_extents(file: IO[bytes]) -> None:
    """Refuse sheets that reach too far: calamine takes memory for all they span at once."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as part:
                    _check_extent_of(part)


def _check_extent_of(part: IO[bytes]) -> None:
    rest, columns, rows, begun = b"", 0, 0, 0
    while block := part.read(MEGABYTE):
        text = rest + block
        begun += block.count(b"<row")
        for letters, digits in _ADDRESS.findall(text):
            columns = max(columns, column_of(letters.decode()) + 1)
            rows = max(rows, int(digits))
        check_extent(max(rows, begun), columns)
        rest = text[-_LONGEST_ADDRESS:]


def _sheets(book: CalamineWorkbook) -> Iterator[CalamineSheet]:
    """Yield the visible sheets that hold anything."""
    for at, about in enumerate(book.sheets_metadata):
        if about.typ == SheetTypeEnum.WorkSheet and about.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_index(at)
            if sheet.height:
                yield sheet
