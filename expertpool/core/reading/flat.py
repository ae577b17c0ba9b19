"""Reading an .xlsx of any length in the same memory: its texts and rows wait in nameless files.

Knows the ordinary shape of a workbook, and gives every cell as calamine does, but for errors (#N/A),
which it names, and formulas without a result; calamine leaves both empty. Whatever is out of the ordinary raises `Unusual` before the
first row; calamine, which holds the whole sheet, has the last word then. Part and element names are those of ECMA-376, part 1, chapter 18.
"""

from __future__ import annotations

import pickle
import posixpath
import re
import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from itertools import islice
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import BadZipFile, ZipFile

from expertpool.core.reading.cells import MAIN, Show, show_by_format
from expertpool.core.reading.extent import MOST_COLUMNS, check_extent
from expertpool.core.reading.pieces import Cell, Unusual, rows_of, texts_of
from expertpool.core.sizes import MEGABYTE

ROWS = 500  # that are kept, and read back, at once
TEXTS, BLOCKS = 64, 512  # shared texts of a block, and blocks at hand
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_SHEETS = 300  # whose beginning is looked at: one may be a form of one person
MOST_HIDDEN = 6  # sheets that are told as hidden
SHEETS = 30  # of those beyond that number a third of the rows
HEAD = MEGABYTE  # bytes of a sheet in which it is looked for what is hidden
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_MERGED = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_FACT = re.compile(rb'\b(min|max|r|hidden)="(\w+)"')
# A cell that holds anything.
_CELL = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\br="[A-Z]{1,3}([0-9]+)")(?=[^>]*\bs="([0-9]+)")[^>]*[^>/]>'
)
TRUE = (b"1", b"true")
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# "name", "rows" (number, cells), "cut" (more follow), "hidden" (places of columns), "hidden_rows", "struck_rows"
# (numbers); of the first sheet "unread": how many sheets nobody looked at, and "hidden_sheets": their names
Top = dict[str, Any]
Merged = dict[int, list[tuple[int, int]]]  # first row → place of the column, last row
# What a sheet is as a whole, which shows at its end only: "sheet" (its name), "width", "merged" (as `Merged`)
Look = dict[str, Any]
# What a broken, encrypted or unexpected part brings up on the way.
_NOT_KNOWN = (
    *(ParseError, BadZipFile, zlib.error, EOFError),
    *(LookupError, ValueError, ArithmeticError, RuntimeError),
)


def flat_rows(
    file: IO[bytes], kept: IO[bytes], *, sheet: str = ""
) -> tuple[Look, Iterator[tuple[int, list[Any]]]]:
    """Read a visible sheet into ``kept``, by its name or the first that holds anything; return what it is as a whole,
    and its rows, numbered, from the first column.

    The whole sheet is read first: how wide it is and whether it is sound shows at its end only.
    """
    try:
        with ZipFile(file) as archive, TemporaryFile() as texts:
            book = _Book(archive, texts)
            for name, part in book.sheets:
                merged: Merged = {}
                if sheet in ("", name) and (width := book.keep(part, kept, merged)):
                    look = {"sheet": name, "width": width, "merged": list(merged.items())}
                    return look, _of_a_sheet(_kept_rows(kept), width, merged)
    except _NOT_KNOWN as error:
        raise Unusual from error
    raise Unusual


def looked_at_rows(file: IO[bytes], look: Look) -> Iterator[tuple[int, list[Any]]]:
    """Yield the same rows of a file that was read before, as they come: ``look`` is what was found then."""
    with ZipFile(file) as archive, TemporaryFile() as texts:
        book = _Book(archive, texts)
        rows = book.rows(dict(book.sheets)[look["sheet"]])
        yield from _of_a_sheet(rows, look["width"], dict(look["merged"]))


def flat_tops(file: IO[bytes], most: int) -> list[Top]:
    """Return the first ``most`` rows of each visible sheet; see `Top`."""
    try:
        with ZipFile(file) as archive, TemporaryFile() as texts:
            book = _Book(archive, texts)
            tops = [
                book.top(name, part, rows_of_top(at, most))
                for at, (name, part) in enumerate(book.sheets[:MOST_SHEETS])
            ]
            return with_unread(tops, len(book.sheets), book.hidden)
    except _NOT_KNOWN as error:
        raise Unusual from error


def rows_of_top(at: int, most: int) -> int:
    """Return how many rows are looked at of a sheet, by its place."""
    return most if at < SHEETS else most // 3


def first_rows(rows: Iterable[tuple[int, list[Any]]], most: int) -> Top:
    """Return the first of ``rows``, and whether more follow."""
    taken = list(islice(rows, most + 1))
    return {"rows": taken[:most], "cut": len(taken) > most}


def with_unread(tops: list[Top], sheets: int, hidden: list[str]) -> list[Top]:
    """Say in the first of ``tops`` how many of the ``sheets`` of the file nobody looked at, and which are ``hidden``."""
    if tops:
        tops[0]["hidden_sheets"] = hidden[:MOST_HIDDEN]
        tops[0]["unread"] = max(0, sheets - MOST_SHEETS)
    return tops


def _of_a_sheet(
    rows: Iterable[tuple[int, list[Any]]], width: int, merged: Merged
) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows, all of the same width, empty ones between them, too."""
    return filled_down(_all_rows(rows, width), merged)


def _kept_rows(kept: IO[bytes]) -> Iterator[tuple[int, list[Any]]]:
    end = kept.tell()
    kept.seek(0)
    while kept.tell() < end:
        yield from pickle.load(kept)  # noqa: S301 (written below, in a nameless file)


def _all_rows(rows: Iterable[tuple[int, list[Any]]], width: int) -> Iterator[tuple[int, list[Any]]]:
    done = 0
    for number, filled in rows:
        for empty in range(done + 1, number):
            yield empty, [""] * width
        yield number, filled + [""] * (width - len(filled))
        done = number


def filled_down(
    rows: Iterable[tuple[int, list[Any]]], merged: Merged
) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows; what stands in cells ``merged`` downwards counts for each of their rows that says anything
    itself: so people read it."""
    said: dict[int, tuple[int, Any]] = {}  # place of a column → until which row, what
    for number, cells in rows:
        for at, last in merged.get(number, ()):
            said[at] = last, cells[at]
        if said and any(cell != "" for cell in cells):
            for at, (last, value) in said.items():
                if number <= last and cells[at] == "":
                    cells[at] = value
        yield number, cells


class _Book:
    """An open workbook: its visible sheets, shared texts, and how each style shows numbers."""

    def __init__(self, archive: ZipFile, texts: IO[bytes]) -> None:
        self.archive = archive
        book = self._parse("xl/workbook.xml")
        facts = book.find(f"{MAIN}workbookPr")
        from_1904 = facts is not None and facts.get("date1904") in ("1", "true")
        self.struck = frozenset[int]()  # styles of what is struck through
        self.shows = self._styles(from_1904=from_1904)
        self.hidden: list[str] = []  # names of sheets
        self.sheets = list(self._visible_sheets(book))
        self.texts = _Texts(archive, texts)
        # The same few letters come in every row.
        self.place = cache(column_of)

    def _parse(self, part: str) -> Element:
        content = self.archive.read(part)
        _refuse_declarations(content)
        return fromstring(content)  # noqa: S314 (declarations are refused)

    def _visible_sheets(self, book: Element) -> Iterator[tuple[str, str]]:
        links = {
            one.get("Id"): one
            for one in self._parse("xl/_rels/workbook.xml.rels").iter(f"{RELATIONS}Relationship")
        }
        for sheet in book.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
            link, state = links[sheet.attrib[LINK]], sheet.get("state", "visible")
            if link.attrib["Type"].endswith("/worksheet") and state == "visible":
                part = posixpath.join("/xl", link.attrib["Target"]).lstrip("/")
                yield sheet.attrib["name"], part
            elif link.attrib["Type"].endswith("/worksheet"):
                self.hidden.append(sheet.attrib["name"])

    def _styles(self, *, from_1904: bool) -> list[Show | None]:
        """Return how numbers are shown in each style."""
        if "xl/styles.xml" not in self.archive.namelist():
            return []
        styles = self._parse("xl/styles.xml")
        own = {
            one.attrib["numFmtId"]: one.attrib["formatCode"]
            for one in styles.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
        }
        fonts = styles.iterfind(f"{MAIN}fonts/{MAIN}font")
        struck = {
            str(at)
            for at, font in enumerate(fonts)
            if (line := font.find(f"{MAIN}strike")) is not None
            and line.get("val", "1") in ("1", "true")
        }
        self.struck = frozenset(
            at
            for at, one in enumerate(styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf"))
            if one.get("fontId") in struck
        )
        ids = (one.get("numFmtId", "0") for one in styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf"))
        return [show_by_format(number, own.get(number), from_1904=from_1904) for number in ids]

    def keep(self, part: str, kept: IO[bytes], merged: Merged) -> int:
        """Write the rows of a sheet to ``kept``, and which cells are merged downwards to ``merged``;
        return how wide it is, 0 when it holds nothing."""
        width = 0
        block: list[tuple[int, list[Any]]] = []
        ranges: list[str] = []
        for number, cells in self.rows(part, ranges):
            width = max(width, len(cells))
            check_extent(number, width)
            block.append((number, cells))
            if len(block) == ROWS:
                pickle.dump(block, kept)
                block = []
        pickle.dump(block, kept)
        self.texts.finish()
        for found in filter(None, map(_MERGED.fullmatch, ranges)):
            at = self.place(found[1])
            if at < width and int(found[2]) < int(found[3]):
                merged.setdefault(int(found[2]), []).append((at, int(found[3])))
        return width

    def top(self, name: str, part: str, most: int) -> Top:
        """Return the beginning of a sheet; what follows is not looked at."""
        first = first_rows(self.rows(part), most)
        with self.archive.open(part) as stream:
            head, _, below = stream.read(HEAD).partition(b"<sheetData")
        hidden = [
            at
            for begin, last in map(_hidden, _COLUMN.findall(head))
            for at in range(begin - 1, min(last, MOST_COLUMNS))
        ]
        facts = (dict(_FACT.findall(row)) for row in _ROW.findall(below))
        hidden_rows = [
            int(one[b"r"]) for one in facts if one.get(b"hidden") in TRUE and b"r" in one
        ]
        struck = (
            {int(row) for row, style in _CELL.findall(below) if int(style) in self.struck}
            if self.struck
            else set[int]()
        )
        return {
            "name": name,
            **first,
            "hidden": hidden,
            "hidden_rows": hidden_rows,
            "struck_rows": sorted(struck),
        }

    def rows(self, part: str, merged: list[str] | None = None) -> Iterator[tuple[int, list[Any]]]:
        """Yield number and cells of the rows that hold anything; see `rows_of` for ``merged``."""
        last = 0
        with self.archive.open(part) as stream:
            for digits, found in rows_of(stream, merged):
                number, cells = int(digits), self._cells(found)
                if not last < number <= LAST_ROW:
                    raise Unusual
                last = number
                if cells:
                    yield number, cells

    def _cells(self, found: Iterable[Cell]) -> list[Any]:
        """Return the cells from the first column up to the last that holds anything."""
        width, cells = 0, list[Any]()
        place, value_of, block = self.place, self._value, self.texts.block
        for letters, (kind, style), text, inline in found:
            # Most cells are shared texts: they are looked up without another call.
            if text and kind == "s":
                number = int(text)
                value = block(number // TEXTS)[number % TEXTS]
            else:
                value = value_of(kind, style, text, inline)
                if value is None:
                    continue
            at = place(letters)
            if at != width:
                if at < width:
                    raise Unusual
                cells += [""] * (at - width)
            cells.append(value)
            width = at + 1
        return cells

    def _value(self, kind: str, style: str, text: str | None, inline: str | None) -> Any:
        """Return what stands in a cell; None when nothing does."""
        if kind == "inlineStr":
            return inline
        if not text and (text is None or kind != "str"):
            return None
        match kind:
            case "n":
                show = self.shows[int(style)] if style else None
                return show(float(text)) if show else float(text)
            case "str" | "e":  # of an error its name: whoever reads it decides
                return text
            case "b":
                return text != "0"
        raise Unusual


class _Texts:
    """The shared texts of a book, kept in a file by blocks as far as they were asked for; those used
    last are at hand."""

    def __init__(self, archive: ZipFile, kept: IO[bytes]) -> None:
        self.block = lru_cache(BLOCKS)(self._block)
        self._kept = kept
        self._starts = array("Q")
        self._rest = _shared_texts(archive)

    def finish(self) -> None:
        """Read what nobody asked for yet: whether it is sound shows at its end. The next sheet may."""
        with suppress(LookupError):
            while True:
                self._keep()

    def _block(self, number: int) -> list[str]:
        while number >= len(self._starts):
            self._keep()
        self._kept.seek(self._starts[number])
        block: list[str] = pickle.load(self._kept)  # noqa: S301 (written below, nameless file)
        return block

    def _keep(self) -> None:
        block = list(islice(self._rest, TEXTS))
        if not block:
            raise LookupError
        self._starts.append(self._kept.seek(0, SEEK_END))
        pickle.dump(block, self._kept)


def _shared_texts(archive: ZipFile) -> Iterator[str]:
    if "xl/sharedStrings.xml" in archive.namelist():
        with archive.open("xl/sharedStrings.xml") as stream:
            yield from texts_of(stream)


def _refuse_declarations(content: bytes) -> None:
    """Entities can blow a few bytes up to anything; no workbook has them, nor another encoding."""
    if b"<!DOCTYPE" in content or b"\0" in content:
        raise Unusual


def _hidden(column: bytes) -> tuple[int, int]:
    """Return the first and the last column that are hidden by a description of columns; none: 1, 0."""
    facts = dict(_FACT.findall(column))
    if facts.get(b"hidden") not in TRUE:
        return 1, 0
    return int(facts[b"min"]), int(facts[b"max"])


def column_of(letters: str) -> int:
    """Return the place of a column from 0: A is 0, AA is 26."""
    if not (letters.isascii() and letters.isupper() and letters.isalpha()):
        raise Unusual
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    if place > LAST_COLUMN:
        raise Unusual
    return place - 1
