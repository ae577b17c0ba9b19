"""Tables that are texts: .csv, .tsv and .txt in any encoding that offices use, with any mark between the cells."""

from __future__ import annotations

import csv
import io
import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO

from expertpool.core.reading.extent import LONGEST_CELL, Numbered, check_extent
from expertpool.core.reading.messages import Refused
from expertpool.core.sizes import MEGABYTE

ENDINGS = (".csv", ".tsv", ".txt")
DELIMITERS = (",", "\t", ";", "|")
QUOTE = '"'
MOST_LINES = 60  # of one row: more are no text of a cell
LOOKED_AT = 30  # lines by which it is known what parts the cells
_DAY_AS_NUMBER = re.compile(r"[1-7][0-9]{4}|(?:19|20)[0-9]{2}\.[0-9]")  # 27670, 1975.1 for 1975.10
_OCTOBER = re.compile(r"(?:19|20)[0-9]{2}\.10")
_SAMPLE = 4_096  # bytes that tell of an encoding
_MANY = 20  # one of so many bytes
_NOT_A_TABLE = "文件不是有效的 .csv，请在 Excel 或 WPS 中另存为 .xlsx。"


def text_rows(file: IO[bytes]) -> Iterator[Numbered]:
    """Yield the rows of a table that is a text, numbered as a program shows them that opens it. Refuses what is in no
    encoding that we know."""
    with io.TextIOWrapper(file, encoding=_encoding(file), newline="") as text:
        delimiter = _delimiter(text)
        try:
            typed = _typed_months(text, delimiter)
            text.seek(0)
            for number, cells in enumerate(_Rows(text, delimiter), 1):
                check_extent(number, len(cells))
                read = [_as_number(cell) if len(cell) in (5, 6) else cell for cell in cells]
                for at in typed:
                    if at < len(cells) and "." in cells[at]:
                        read[at] = cells[at]
                yield number, read
        except csv.Error:
            raise Refused(_NOT_A_TABLE) from None


def open_quote(file: IO[bytes]) -> int:
    """Return the first row of which a cell begins with a quotation mark that is not closed; 0: there is none."""
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        if not any(QUOTE in line for line in text):
            return 0
        text.seek(0)
        delimiter = _delimiter(text)
        text.seek(0)
        rows = _Rows(text, delimiter)
        return next((at for at, _ in enumerate(rows, 1) if rows.is_open), 0)
    finally:
        text.detach()  # the file is read once more


def _typed_months(text: IO[str], delimiter: str) -> set[int]:
    """Return the places of columns in which a month kept its last nought (1961.10): no program made numbers of
    them, and 1961.1 is January there."""
    text.seek(0)
    if not any(map(_OCTOBER.search, text)):
        return set()
    text.seek(0)
    rows = (enumerate(cells) for cells in _Rows(text, delimiter))
    return {at for cells in rows for at, cell in cells if _OCTOBER.fullmatch(cell)}


def _delimiter(text: IO[str]) -> str:
    """Return what parts the cells: of most of the first lines each has as many of it. A title above holds none, and
    what lists something within a cell is not as often in each."""
    lines = [*islice((line for line in text if line.strip()), LOOKED_AT)]

    def rank(delimiter: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(delimiter)))
        count, often = max(counts.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
        return often, count

    return max(DELIMITERS, key=rank)


class _Rows:
    """The rows of a text. A quotation mark that nobody closed is a letter like others: else it would swallow the rows
    below it, and nobody would miss them."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._lines, self._delimiter = lines, delimiter
        self._ahead: list[str] = []
        self._width = 0  # of the widest row so far
        self.is_open = False  # whether a mark of the last row was not closed

    def __iter__(self) -> Iterator[list[str]]:
        while line := self._next():
            self.is_open = False
            if QUOTE in line:
                cells = self._quoted(line)
            else:
                cells = line.rstrip("\r\n").split(self._delimiter)
            self._width = max(self._width, len(cells))
            yield cells if cells != [""] else []

    def _next(self) -> str:
        return self._ahead.pop() if self._ahead else next(self._lines, "")

    def _quoted(self, line: str) -> list[str]:
        """Return the cells of a row that begins with ``line``, and takes as many more as its quotation marks say."""
        taken, marks = [line], line.count(QUOTE)
        length = len(line)
        while True:
            if not marks % 2 and (cells := self._parsed(taken)) is not None:
                return cells
            if marks % 2 == 0 or len(taken) == MOST_LINES or length > LONGEST_CELL:
                break
            if not (further := self._next()):
                break
            taken.append(further)
            marks += further.count(QUOTE)
            length += len(further)
        self._ahead += reversed(taken[1:])
        cells = [*map(_unquoted, line.rstrip("\r\n").split(self._delimiter))]
        self.is_open = any(cell.startswith(QUOTE) for cell in cells)
        return cells

    def _parsed(self, taken: list[str]) -> list[str] | None:
        """Return the cells of one row; None where a mark stands where none is closed or opened, or where whole rows
        stand within a cell."""
        try:
            rows: list[list[str]] = [*csv.reader(taken, delimiter=self._delimiter, strict=True)]
        except csv.Error:
            return None
        if len(rows) != 1 or (len(taken) > 1 and self._swallows(taken, rows[0])):
            return None
        return rows[0]

    def _swallows(self, taken: list[str], cells: list[str]) -> bool:
        """Tell whether a cell of several lines holds what would be rows of their own."""
        least = max(self._width, 3) - 1
        within = [line for cell in cells for line in cell.splitlines()[1:-1]]
        last = [cell.splitlines()[-1] for cell in cells[1:] if "\n" in cell or "\r" in cell]
        return any(line.count(self._delimiter) >= least for line in within) or any(
            self._delimiter in line and taken[-1].count(self._delimiter) >= least for line in last
        )


def _unquoted(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == QUOTE
    return cell[1:-1] if is_quoted else cell


def _as_number(cell: str) -> str | float:
    """Return what a .csv holds of a day as Excel keeps it, as the number that an .xlsx has there: readers
    tell of it that they guess. As a text it reads as before."""
    return float(cell) if _DAY_AS_NUMBER.fullmatch(cell) else cell


def _encoding(file: IO[bytes]) -> str:
    file.seek(0)
    start = file.read(_SAMPLE)
    encodings = ["utf-16"] if start[:2] in (b"\xff\xfe", b"\xfe\xff") else _wide_encodings(start)
    # UTF-8 first: it fails on what is not its own, while GB 18030 reads most bytes as something.
    for encoding in (*encodings, "utf-8-sig", "gb18030"):
        if _decodes(file, encoding):
            file.seek(0)
            return encoding
    raise Refused("文件的文字编码无法识别，请另存为 .xlsx。")


def _wide_encodings(start: bytes) -> list[str]:
    """Return which encoding of two bytes a text may be in that does not say so: of its digits, marks and line ends
    every other byte is nought."""
    if b"\0" not in start:
        return []
    first, second = start[::2].count(0), start[1::2].count(0)
    if min(first, second) * 4 > max(first, second) or max(first, second) * _MANY < len(start) // 2:
        return []
    return ["utf-16-be" if first > second else "utf-16-le"]


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decode = getincrementaldecoder(encoding)().decode
    file.seek(0)
    try:
        while block := file.read(MEGABYTE):
            decode(block)
        decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
