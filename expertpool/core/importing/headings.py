"""A row with one text alone, or the name of a sheet, that speaks for the rows below it: a unit, or a specialty, above its
people (docs/decisions/0313); or a part of the list whose people have left (docs/decisions/0503)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from expertpool.core.importing.answers import LEFT_EMPTY, Answers
from expertpool.core.importing.columns import CellRefused
from expertpool.core.importing.findings import as_it_stands
from expertpool.core.importing.importer import (
    GUESSED,
    Fault,
    Importer,
    Note,
    Question,
    Row,
    Totals,
)

ROW_NUMBER = re.compile(r"\d{1,6}(?:\.0)?")
MOST_CELLS = 2  # the text, and perhaps a number before it
# 一、湘潭市设计院（共3人）, 单位：湖南大学
_AROUND = re.compile(
    r"^[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[)）]?[、.．:：]|^(?:(?:工作)?单位(?:名称)?|(?:评审)?专业)[:：]"
    r"|[(（](?:共|计)?\d{1,4}[人名位][)）]$|[:：]$|^以下(?:人员|专家)?[为是均]?"
)
# How a heading is numbered: the next one that is so begins another part (一、 … 二、), and （一） does not.
_NUMBERED = re.compile(
    r"([(（]?)(?:([一二三四五六七八九十]{1,3})|\d{1,3})(?:[)）]|[、.．:：])|第[一二三四五六七八九十\d]{1,3}部分"
)


class Headings:
    """The heading of a list that counts for the rows that are read now."""

    def __init__(self, importer: Importer, answers: Answers, totals: Totals) -> None:
        self._importer, self._answers, self._totals = importer, answers, totals
        # Column → the word, where it stands, and what it means; a unit within a specialty counts beside it.
        self._held: dict[str, tuple[str, str, str]] = {}
        self._numbered = ""  # how the heading of a part that keeps its people out is

    def begin(self, sheet: str, codes: Sequence[str]) -> None:
        """Let the name of a sheet, whose headers stand for ``codes``, speak for all its rows."""
        code = self._importer.heading_of_sheet(sheet)
        if code and (code in self._importer.keeps_out or code not in codes):
            self._held[code] = sheet, "工作表名", self._means(code, sheet)

    def _read_titles(self) -> None:
        """Let a title above the headers say that nobody of the list is to be taken, as the name of its sheet does."""
        for title in self._importer.titles:
            code = self._importer.heading(_AROUND.sub("", title))
            if code in self._importer.keeps_out and code not in self._held:
                self._held[code] = title, "标题", title
        self._importer.titles.clear()

    def take(self, number: int, cells: Sequence[Any]) -> str:
        """Note what a row says of those below it, and return what is told of it; empty: it says nothing."""
        if self._importer.titles:
            self._read_titles()
        filled = [cell for cell in cells if cell not in ("", None)]
        texts = [cell for cell in filled if not ROW_NUMBER.fullmatch(str(cell).strip())]
        if len(texts) != 1 or len(filled) > MOST_CELLS or not isinstance(texts[0], str):
            return ""
        text = "".join(as_it_stands(texts[0]).split())
        word, numbered = _AROUND.sub("", text), _numbered(text)
        code = self._importer.heading(word)
        if numbered and numbered == self._numbered:
            self._let_go_part()
        if not code:
            return ""
        self._let_go(code)
        if code in self._importer.keeps_out:
            self._numbered = numbered
        self._held[code] = word, f"第 {number} 行", self._means(code, word)
        return f"{word}（作为其下各行的{self._importer.by_code[code].header}）"

    def _means(self, code: str, word: str) -> str:
        return self._importer.by_code[code].meanings().get(word, word)

    def end(self) -> None:
        """Let the rows below be none of the heading's: another part of the list begins. Whether it is one of people
        who have not left, only its own heading says."""
        kept = self._importer.keeps_out
        self._held = {code: held for code, held in self._held.items() if code in kept}

    def _let_go_part(self) -> None:
        self._numbered = ""
        for code in self._importer.keeps_out:
            self._let_go(code)

    def _let_go(self, code: str) -> None:
        """Let end what began within the last heading of ``code``."""
        if code in self._held:
            codes = list(self._held)
            for one in codes[codes.index(code) :]:
                del self._held[one]

    def fill(self, row: Row) -> None:
        """Give a row what the headings say where its own cells say nothing; asks once whether it is meant."""
        if self._importer.titles:
            self._read_titles()
        for code, held in self._held.items():
            self._fill(row, code, *held)

    def _fill(self, row: Row, code: str, word: str, where: str, means: str) -> None:
        column = self._importer.by_code[code]
        if code in self._answers.cells.get(row.number, ()):
            return  # it was typed on the page
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
        except CellRefused as refused:  # is no value of the column: nothing is said of these rows
            if code in self._importer.keeps_out:
                told = f"{where}写的是“{word}”。"
                row.faults.append(Fault(column.header, refused.reason, told, code, asked))
            return
        if code in self._importer.keeps_out:
            return
        row.notes.append(Note(column.header, GUESSED, where, meant))
        if said is None:
            only = "只有这一项" if where[:1] == "第" else f"像是{column.header}"
            kept = "不改动" if self._importer.is_update else "留空"
            meanings = {"": "是其下各行的", LEFT_EMPTY: f"不是，其下各行{kept}"}
            told = f"{where}{only}，按其下各行的{column.header}导入"
            self._importer.questions[code, asked] = Question(told, meanings)
            row.words.append((code, asked))


def _numbered(text: str) -> str:
    """Return how a heading is numbered; empty: it is not."""
    found = _NUMBERED.match(text)
    if found is None:
        return ""
    if text.startswith("第"):
        return "第"
    return f"{'(' if found[1] else ''}{'一' if found[2] else '1'}"
