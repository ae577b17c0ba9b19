"""The rows of a sheet and the shared texts of a book, from XML that is cut into pieces.

To make an element of each cell takes most of the time of reading. So what has the plainest shape,
as nearly all rows and texts have, is taken from the text as it stands, and only the rest is parsed.
Nothing is guessed: plain is what a pattern covers to the last letter; any other piece is parsed and
so has to be sound by itself; what stands around the pieces is parsed in one go.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import IO
from xml.etree.ElementTree import Element, XMLParser, fromstring

from expertpool.core.reading.cells import BLANK, MAIN, as_read, text_of

BLOCK = 64 * 1024  # bytes that are looked at once
LONGEST = 4 * 1024**2  # characters of one row, or of what stands before the first
MERGED, MOST_MERGED = f"{MAIN}mergeCell", 10_000
VALUE, INLINE, FORMULA = f"{MAIN}v", f"{MAIN}is", f"{MAIN}f"
FACTS_KEPT = 1_000  # ways to begin a cell that are at hand; a sheet has some ten
# No comment before the rows, and no declaration: entities can blow a few bytes up to anything.
PROLOGUE = (
    r"\ufeff?(?:<\?xml(?:(?!encoding)[^<>?])*(?:encoding=[\"'](?i:utf-8)[\"'][^<>?]*)?\?>)?\s*"
)
# Letters that stand for themselves; what others mean, or that they are wrong, the parser knows.
TEXT = r"[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]*"
FACTS = r'(?: (?!xmlns)[\w:]+="[^<&"\x00-\x1f]*")*'
_FACT = re.compile(r' ([\w:]+)="([^"]*)"')

# Letters of the column, kind and style, value, inline text; None where there is none of these two.
Cell = tuple[str, tuple[str, str], str | None, str | None]


class Unusual(Exception):
    """Not what this reader knows."""


class Pieces:
    """What an element of a stream holds, as texts each of which has whole ones of its children.

    ``root`` is the outermost element, ``parent`` the one that has the children, if another;
    ``child`` is their name. Raises Unusual or what a parser and a decoder raise, at the latest
    when the last piece was taken.
    """

    def __init__(self, stream: IO[bytes], *, root: str, child: str, parent: str = "") -> None:
        self._stream, self._text = stream, ""
        self._decode = getincrementaldecoder("utf-8")().decode
        self.merged: list[str] = []  # ranges of cells that are one, once all pieces were taken
        self._around = XMLParser(target=_Around(self.merged))  # noqa: S314 (declarations are refused)
        found = self._opened(root, parent)
        self.prefix = found["prefix"]  # of all names: mostly "", else as "x:"
        self.end = f"</{self.prefix}{child}>"
        self._root = f"{found['root'].removesuffix('/')}>", f"</{self.prefix}{root}>"
        if self.parse("").tag != MAIN + root:
            raise Unusual
        self._is_empty = found[0].endswith("/>")
        self._closing = f"</{self.prefix}{parent or root}"
        self._last = re.compile(
            rf"((?:\s*<{self.prefix}{child}{FACTS} ?/>)*)\s*</{self.prefix}{parent or root}\s*>"
        )

    def parse(self, piece: str) -> Element:
        """Return the root with the elements of a piece."""
        return fromstring(piece.join(self._root))  # noqa: S314 (a declaration is an error there)

    def __iter__(self) -> Iterator[str]:
        while not self._is_empty:
            cut = self._text.rfind(self.end) + len(self.end)
            if cut >= len(self.end):
                yield self._text[:cut]
                self._text = self._text[cut:]
            # Looked for first: to match a long text that goes on, again with each block, takes long.
            if self._closing in self._text and (last := self._last.match(self._text)):
                yield last[1]
                self._text = self._text[last.end(1) :]
                break
            self._text += self._more()
        while self._text:
            self._around.feed(self._text)
            self._text = self._read()
        self._around.close()

    def _opened(self, root: str, parent: str) -> re.Match[str]:
        """Read to where the children begin."""
        pattern = rf"{PROLOGUE}(?P<root><(?P<prefix>(?:\w+:)?){root}\b[^<>]*)>"
        if parent:
            name = f"(?P=prefix){parent}"
            pattern += rf"[^<]*(?:<(?![!?]|{name}\b)[^<]*)*<{name}{FACTS} ?/?>"
        while not (found := re.match(pattern, self._text)):
            self._text += self._more()
        self._around.feed(found[0])
        self._text = self._text[found.end() :]
        return found

    def _more(self) -> str:
        block = self._read()
        if not block or len(self._text) > LONGEST:
            raise Unusual
        return block

    def _read(self) -> str:
        block = self._stream.read(BLOCK)
        return self._decode(block, final=not block)


class _Around:
    """Takes from the parser, which says whether its text is sound, which cells are merged."""

    def __init__(self, merged: list[str]) -> None:
        self._merged = merged

    def start(self, tag: str, facts: dict[str, str]) -> None:
        if tag == MERGED and len(self._merged) < MOST_MERGED:
            self._merged.append(facts.get("ref", ""))

    def close(self) -> None:
        """The text was."""


def rows_of(
    stream: IO[bytes], merged: list[str] | None = None
) -> Iterator[tuple[str, Iterable[Cell]]]:
    """Yield number and cells of each row of a sheet, at the end put the ranges of merged cells into
    ``merged``; see `Pieces` for what it raises."""
    pieces = Pieces(stream, root="worksheet", parent="sheetData", child="row")
    plain_cells = _PlainRow(pieces.prefix).cells
    for piece in pieces:
        *rows, _ = piece.split(pieces.end)
        for row in rows:
            if plain := plain_cells(row):
                yield plain
            else:
                for parsed in pieces.parse(row + pieces.end):
                    yield (number := parsed.attrib["r"]), (_parsed(one, number) for one in parsed)
    if merged is not None:
        merged += pieces.merged


class _PlainRow:
    """A row without its end tag, of cells that hold a value, a text of one part or nothing."""

    def __init__(self, prefix: str) -> None:
        p, self._facts = prefix, lru_cache(FACTS_KEPT)(_kind_and_style)
        self._opening = re.compile(rf'\s*<{p}row r="([0-9]+)"([^<>/]*)>')
        inline = rf'<{p}is><{p}t( xml:space="preserve")?>({TEXT})</{p}t></{p}is>'
        self._cell = re.compile(
            rf'<{p}c r="([A-Z]+)([0-9]+)"([^<>/]*)'
            rf"(?:><{p}v>({TEXT})</{p}v></{p}c>|/>|></{p}c>|>{inline}</{p}c>)"
        )

    def cells(self, row: str) -> tuple[str, Iterable[Cell]] | None:
        """Return number and cells of a row; None when it is not plain."""
        opened = self._opening.match(row)
        if not opened:
            return None
        # What stands before the first cell, its six parts, what stands before the next, and so on.
        parts = self._cell.split(row[opened.end() :])
        between, letters, rows, facts, values, spaces, texts = (parts[at::7] for at in range(7))
        if any(between) and "".join(between).strip(BLANK):
            return None
        self._facts(opened[2])
        if set(rows) - {opened[1]}:
            raise Unusual
        if any(texts):
            texts = [text and as_read(text, at) for text, at in zip(texts, spaces, strict=True)]
        return opened[1], zip(letters, map(self._facts, facts), values, texts, strict=True)


def _kind_and_style(facts: str) -> tuple[str, str]:
    if not re.fullmatch(f"{FACTS} ?", facts):
        raise Unusual
    named = dict(_FACT.findall(facts))
    return named.get("t", "n"), named.get("s", "")


def _parsed(cell: Element, row: str) -> Cell:
    letters, inline = cell.attrib["r"].removesuffix(row), cell.find(INLINE)
    kind, value = cell.get("t", "n"), cell.findtext(VALUE)
    if not value and (value is None or kind == "n") and (formula := cell.find(FORMULA)) is not None:
        # A program wrote it, and no result: the formula stands there, as in a .csv.
        kind, value = "str", f"={formula.text or ''}"
    return (
        letters,
        (kind, cell.get("s", "")),
        value,
        None if inline is None else text_of(inline),
    )


def texts_of(stream: IO[bytes]) -> Iterator[str]:
    """Yield the shared texts of a book; see `Pieces` for what it raises."""
    pieces = Pieces(stream, root="sst", child="si")
    p = pieces.prefix
    plain = re.compile(
        rf'<{p}si><{p}t( xml:space="preserve")?>({TEXT})</{p}t>'
        rf"(?:<{p}phoneticPr{FACTS} ?/>)?</{p}si>"
    )
    for piece in pieces:
        parts = plain.split(piece)  # what stands before a text, its two parts, and so on
        if "".join(parts[::3]).strip(BLANK):
            yield from map(text_of, pieces.parse(piece))
        else:
            yield from map(as_read, parts[2::3], parts[1::3])
