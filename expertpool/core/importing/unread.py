"""Columns of which nothing is imported, but whose words may say that their row is not to be taken (是否在库: 否)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from expertpool.core.importing.answers import LEFT_EMPTY, Answers
from expertpool.core.importing.columns import CellRefused, as_line
from expertpool.core.importing.finding import is_not_his
from expertpool.core.importing.importer import Fault, Importer, Row, Totals

MOST_WORDS = 60  # different ones, of which none says so: the column holds something else
TOLD = "“{}”一列写的是“{}”。"
REASON = "名单上写的像是不在库"


class _Column:
    """One of them: what its words say, each looked at once."""

    def __init__(self, at: int, header: str, keeps_out: Callable[[str], bool]) -> None:
        self.at, self.header, self._keeps_out = at, header, keeps_out
        self._words: dict[Any, str] = {}
        self.says_so = False
        self.is_read = True

    def said(self, cell: Any) -> str:
        """Return the word of a cell that keeps its row out; empty: it does not."""
        if cell in self._words:
            return self._words[cell]
        try:
            word = as_line(cell)
        except CellRefused:
            return ""
        said = word if word and self._keeps_out(word) else ""
        self.says_so = self.says_so or bool(said)
        if len(self._words) < MOST_WORDS:
            self._words[cell] = said
        else:
            self.is_read = self.says_so
        return said


def _named(importer: Importer, header: str, code: str) -> str:
    """Return by which header a column goes: what is read of a type is read below each of its names."""
    return importer.by_code[code].header if code in importer.by_code else header


class Unread:
    """Asks once about each word of them, as `Headings` do about what stands above rows."""

    def __init__(
        self, importer: Importer, codes: Sequence[str], answers: Answers, totals: Totals
    ) -> None:
        self._importer, self._answers, self._totals = importer, answers, totals
        asks = importer.asks_out
        self._code = asks[0] if asks else ""
        self._columns = [
            _Column(at, header, importer.keeps_out_below(_named(importer, header, code)))
            for at, (header, code) in enumerate(zip(importer.headers, codes, strict=False))
            if asks and header and (code in asks or code not in importer.by_code)
            if not is_not_his(header)
        ]

    def ask(self, row: Row) -> None:
        """Keep a row out of which a word says so, until somebody has said that it is to be taken."""
        for column in self._columns:
            cell = row.cells[column.at] if column.at < len(row.cells) else ""
            if cell not in ("", None) and (word := column.said(cell)):
                self._ask(row, column.header, word)
            if not column.is_read:
                self._columns = [one for one in self._columns if one.is_read]

    def _ask(self, row: Row, header: str, word: str) -> None:
        code = self._code
        if code in self._answers.cells.get(row.number, ()):
            return  # it was typed on the page
        asked = f"{word}（{header}）"
        said = self._answers.meaning(code, asked)
        if said is not None:
            self._totals.applied[code, asked] += 1
            if said in ("", LEFT_EMPTY):
                return
        row.faults.append(Fault(header, REASON, TOLD.format(header, word), code, asked))
