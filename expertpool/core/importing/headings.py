"""A row with one text alone, or the name of a sheet, that speaks for the rows below it: a unit, or a specialty, above its
people (docs/decisions/0313)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from expertpool.core.importing.answers import LEFT_EMPTY, Answers
from expertpool.core.importing.columns import CellRefused
from expertpool.core.importing.findings import as_it_stands
from expertpool.core.importing.importer import GUESSED, Importer, Note, Question, Row, Totals

ROW_NUMBER = re.compile(r"\d{1,6}(?:\.0)?")
MOST_CELLS = 2  # the text, and perhaps a number before it
# 一、湘潭市设计院（共3人）, 单位：湖南大学
_AROUND = re.compile(
    r"^[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[)）]?[、.．:：]|^(?:(?:工作)?单位(?:名称)?|(?:评审)?专业)[:：]"
    r"|[(（](?:共|计)?\d{1,4}[人名位][)）]$|[:：]$"
)


class Headings:
    """The heading of a list that counts for the rows that are read now."""

    def __init__(self, importer: Importer, answers: Answers, totals: Totals) -> None:
        self._importer, self._answers, self._totals = importer, answers, totals
        # Column → the word, where it stands, and what it means; a unit within a specialty counts beside it.
        self._held: dict[str, tuple[str, str, str]] = {}

    def begin(self, sheet: str, codes: Sequence[str]) -> None:
        """Let the name of a sheet, whose headers stand for ``codes``, speak for all its rows."""
        code = self._importer.heading_of_sheet(sheet)
        if code and code not in codes:
            self._held[code] = sheet, "工作表名", self._means(code, sheet)

    def take(self, number: int, cells: Sequence[Any]) -> str:
        """Note what a row says of those below it, and return what is told of it; empty: it says nothing."""
        filled = [cell for cell in cells if cell not in ("", None)]
        texts = [cell for cell in filled if not ROW_NUMBER.fullmatch(str(cell).strip())]
        if len(texts) != 1 or len(filled) > MOST_CELLS or not isinstance(texts[0], str):
            return ""
        word = _AROUND.sub("", "".join(as_it_stands(texts[0]).split()))
        code = self._importer.heading(word)
        if not code:
            return ""
        self._let_go(code)
        self._held[code] = word, f"第 {number} 行", self._means(code, word)
        return f"{word}（作为其下各行的{self._importer.by_code[code].header}）"

    def _means(self, code: str, word: str) -> str:
        return self._importer.by_code[code].meanings().get(word, word)

    def end(self) -> None:
        """Let the rows below be none of the heading's: another part of the list begins."""
        self._held.clear()

    def _let_go(self, code: str) -> None:
        """Let end what began within the last heading of ``code``."""
        if code in self._held:
            codes = list(self._held)
            for one in codes[codes.index(code) :]:
                del self._held[one]

    def fill(self, row: Row) -> None:
        """Give a row what the headings say where its own cells say nothing; asks once whether it is meant."""
        for code, held in self._held.items():
            self._fill(row, code, *held)

    def _fill(self, row: Row, code: str, word: str, where: str, means: str) -> None:
        column = self._importer.by_code[code]
        has_fault = any(one.code == code for one in (*row.faults, *row.left))
        if has_fault or row.values.get(code) not in ("", None, []):
            return
        # Apart from what is said of the word itself: as what stands in a cell it may be quite right.
        asked = f"{word}（独占一行）" if where[:1] == "第" else f"{word}（{where}）"
        said = self._answers.meaning(code, asked)
        if said is not None:
            self._totals.applied[code, asked] += 1
            if said in ("", LEFT_EMPTY):
                return
        meant = self._answers.meaning(code, word) or means
        try:
            row.values[code] = column.clean(meant)
        except CellRefused:  # is no value of the column: nothing is said of these rows
            return
        row.notes.append(Note(column.header, GUESSED, where, meant))
        if said is None:
            only = "只有这一项" if where[:1] == "第" else f"像是{column.header}"
            kept = "不改动" if self._importer.is_update else "留空"
            meanings = {"": "是其下各行的", LEFT_EMPTY: f"不是，其下各行{kept}"}
            told = f"{where}{only}，按其下各行的{column.header}导入"
            self._importer.questions[code, asked] = Question(told, meanings)
            row.words.append((code, asked))
