"""Lists to tick: a header for each word of a column (男 | 女, 技术类 | 经济类), √ below the one that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from expertpool.core.importing.columns import (
    BETWEEN,
    NO,
    YES,
    CellRefused,
    ImportColumn,
    as_text,
    known_header,
    normalise_header,
)
from expertpool.core.importing.reading import Numbered

TICKS = YES | frozenset("☑☒■●◆★○V√v*有1")
UNTICKED = NO | frozenset("□☐0无/／-—") | {""}


class Ticked:
    """Which of the headers of a list are words of columns, and what its rows say with the words put in."""

    def __init__(
        self, columns: Sequence[ImportColumn], headers: Sequence[Any], codes: Sequence[str]
    ) -> None:
        """``codes`` are those of the columns for which the ``headers`` stand."""
        by_code = {column.code: column for column in columns}
        words: dict[str, dict[int, str]] = {}
        for at, (header, code) in enumerate(zip(headers, codes, strict=False)):
            if code in by_code and (word := word_in(by_code[code], header)):
                words.setdefault(code, {})[at] = word
        # The first header of a column gets what is ticked below all of them.
        self._words = list(words.values())
        self._further = {at for places in self._words for at in list(places)[1:]}
        self.codes = ["" if at in self._further else code for at, code in enumerate(codes)]

    def rows(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        """Yield ``rows`` with the words instead of the ticks."""
        if not self._words:
            yield from rows
            return
        for number, cells in rows:
            said = list(cells)
            for places in self._words:
                _put_in(said, places)
            yield number, said


def word_in(column: ImportColumn, header: Any) -> str:
    """Return the word of ``column`` that a header is, and no name of the column; else empty."""
    text = as_text(header) if header is not None else ""
    name = normalise_header(text)
    known = {known_header(one) for one in (*column.headers, *column.piece_headers)}
    if not name or name in known:
        return ""
    words = {*column.choices, *(column.words() if column.words else ())}
    is_word = text in words or text in column.meanings() or (column.looks and column.looks(text))
    return text if is_word else ""


def is_tick(cell: Any) -> bool:
    """Tell whether a cell says no more than that what its header says is so."""
    return _mark(cell) in TICKS


def _put_in(cells: list[Any], places: dict[int, str]) -> None:
    first, said = next(iter(places)), list[Any]()
    for at, word in places.items():
        cell = cells[at] if at < len(cells) else ""
        mark = _mark(cell)
        if mark in TICKS:
            said.append(word)
        elif mark not in UNTICKED:  # what is written there is read as it stands
            said.append(cell)
    if first < len(cells):
        cells[first] = said[0] if len(said) == 1 else BETWEEN.join(map(str, said))


def _mark(cell: Any) -> str:
    try:
        return "" if cell is None else as_text(cell)
    except CellRefused:
        return "?"
