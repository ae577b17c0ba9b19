"""From rows of cells to rows that are kept and rows that are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from expertpool.core.importing.answers import Answers, meant
from expertpool.core.importing.columns import (
    MARKS_FOR_NOTHING,
    NOTHING,
    SAME,
    CellRefused,
    Cleaner,
    ImportColumn,
    as_text,
)
from expertpool.core.importing.importer import Fault, Importer, Note, Row, Totals
from expertpool.core.importing.reading import Numbered

Sink = Callable[[Row], None]
EMPTY: tuple[Any, ...] = ("", None, [])
CLEANED, GUESSED, LEFT, CHECK = "已整理", "按推测填写", "留空", "请核对"
NOT_CHOSEN, CHANGED = "没有勾选", "档案刚被改过"
DISTINCT_WORDS = 500  # that no list has; what a user can be asked
WHOLE_DAY = len("2026-1-1")  # a shorter text names a month
LONGEST_MARK = 8
EMPTIED, UNCHANGED = "（空）", "（不改动）"
# How a row begins that is no row of a list: its sum, who wrote it, a remark, a page.
REMARK_CELLS = 5  # more of them are a row
_REMARK = re.compile(
    r"合计|总计|小计|共计|共?\d+[人名行]$|[制填]表|填报|编制|审核|审批|复核|校核|经办|导出人[:：]|(?:单位)?负责人|盖章"
    r"|(?:备?注|说明|日期|时间)\d?[:：]|第.{1,3}页"
)
SAMPLE_CELLS = 4  # alike with the sample row of the template


def check_rows(
    importer: Importer,
    rows: Iterable[Numbered],
    codes: Sequence[str],
    *,
    keep: bool,
    refused: Sink,
    taken: Sink | None = None,
    progress: Callable[[int], None] | None = None,
    answers: Answers | None = None,
) -> Totals:
    """Check all ``rows`` (those below the header) in chunks; save what passes if ``keep``.

    ``codes`` say what each cell is. ``refused`` is called for every row that is not taken, in the
    order of the sheet, but for those that are only counted, ``taken`` for the others; ``progress``
    with the number of rows done after each chunk. Empty rows, the sample row of the template, and sums
    and remarks between the rows are passed over and not counted. ``answers`` are what the user said about words and cells.
    """
    importer.previews = not keep
    totals = Totals()
    answers = answers or Answers()
    importer.said = answers.words
    reader = _Reader(importer, codes, answers, totals)
    source = (row for number, cells in rows if (row := reader.row(number, cells)))
    while chunk := list(islice(source, importer.chunk_rows)):
        _check_chunk(importer, chunk, answers, keep=keep)
        for row in chunk:
            _count(row, totals)
            if not row.faults:
                if taken:
                    taken(row)
            elif not row.faults[0].counted:
                refused(row)
        if progress:
            progress(totals.total)
    return totals


def _count(row: Row, totals: Totals) -> None:
    totals.total += 1
    if row.faults:
        totals.reasons[row.faults[0].reason] += 1
        for fault in row.faults:
            if fault.word:
                _count_word((fault.code, fault.word), totals)
    else:
        totals.accepted += 1
        for fault in row.left:
            totals.left[fault.reason] += 1
        for note in row.notes:
            totals.notes[note.kind] += 1
    for word in row.words:
        _count_word(word, totals)


def _count_word(word: tuple[str, str], totals: Totals) -> None:
    if word in totals.words or len(totals.words) < DISTINCT_WORDS:
        totals.words[word] += 1


class _Step(NamedTuple):
    """What is done with the cells of one column."""

    at: int
    column: ImportColumn
    clean: Cleaner
    said: Mapping[str, str] | None  # what words mean
    known: frozenset[str] | None  # words of the list; others are taken, too, and asked about
    is_noted: bool  # whether a text may come out otherwise
    marks: frozenset[str]  # what stands for nothing, or for what stands above


class _Reader:
    """Cleans rows of cells."""

    def __init__(
        self, importer: Importer, codes: Sequence[str], answers: Answers, totals: Totals
    ) -> None:
        self.importer, self.answers, self.totals = importer, answers, totals
        columns = importer.by_code
        self.steps = [
            self._step(at, columns[code]) for at, code in enumerate(codes) if code in columns
        ]
        self.samples = {one.code: one.clean(one.sample) for one in columns.values() if one.sample}
        self.above: tuple[list[Any], dict[int, Any]] | None = None
        self.same: dict[int, Any] = {}
        codes_here = (step.column.code for step in self.steps)
        self.first = next((code for code in codes_here if code in self.samples), "")

    def _step(self, at: int, column: ImportColumn) -> _Step:
        known = frozenset(column.words()) if column.words and column.is_free else None
        is_noted = column.words is None or column.is_free  # a choice reads as its word
        said = self.answers.words.get(column.code)
        return _Step(at, column, column.clean, said, known, is_noted, self._marks(column, known))

    def _marks(self, column: ImportColumn, known: frozenset[str] | None) -> frozenset[str]:
        columns = self.importer.by_code.values()
        if column is next((one for one in columns if one.required), None):
            return frozenset()  # it names the row: nobody is called so but by his name
        nothing = NOTHING
        if column.is_extra and _takes(column, "无"):  # may be the answer to what an office asks
            nothing = MARKS_FOR_NOTHING
        return (nothing | {*column.blanks} | SAME) - {*column.choices, *(known or ())}

    def row(self, number: int, cells: list[Any]) -> Row | None:
        """Clean one row; None when it is empty, or the sample of the template."""
        row = Row(number, cells)
        mended = self.answers.cells.get(number)
        if mended:
            cells = self._mended(cells, mended)
        if self._is_empty(row, cells):
            return None
        self._add_mended(row, mended or {})
        first = self.first
        if first and row.values.get(first) == self.samples[first] and self._is_sample(row):
            self.totals.samples += 1
            return None
        if row.faults and number not in self.answers.cells and (told := _remark(cells)):
            self.totals.remark(number, told)
            return None
        self.above = (cells, self.same)
        # A preview shows them, as not chosen.
        if number in self.answers.passed_over and not self.importer.previews:
            row.faults.insert(0, Fault("", NOT_CHOSEN, "您没有勾选这一行。"))
        return row

    def _is_empty(self, row: Row, cells: list[Any]) -> bool:
        """Clean the cells into ``row``; tell whether none of them holds anything."""
        width, empty, values = len(cells), True, row.values
        self.same = {}
        # The loop over all cells of a file: what most of them need stands in it, without a call.
        for at, column, clean, said, known, is_noted, marks in self.steps:
            cell = cells[at] if at < width else ""
            value: Any = ""
            if cell is not None and cell != "":
                if said:
                    cell = self._meaning(column, said, cell)
                try:
                    if type(cell) is str and len(cell) <= LONGEST_MARK and cell.strip() in marks:
                        cell = self._read_mark(row, column, at, cell.strip(), marks)
                    value = "" if cell == "" else clean(cell)
                except CellRefused as error:
                    self._refuse(row, column, error)
                    empty = False
                    continue
            values[column.code] = value
            if value is None or value == "" or value == []:
                if column.required:
                    self._require(row, column)
                continue
            empty = False
            if is_noted and value is not cell:
                self._note(row, column, cell, value)
            if known is not None and value not in known:
                row.words.append((column.code, value))
        return empty

    def _meaning(self, column: ImportColumn, said: Mapping[str, str], cell: Any) -> Any:
        cell, used = meant(column, said, cell)
        self.totals.applied.update((column.code, word) for word in used)
        return cell

    def _read_mark(
        self, row: Row, column: ImportColumn, at: int, mark: str, marks: frozenset[str]
    ) -> Any:
        """Return what a mark stands for: nothing, or the cell above."""
        nothing = UNCHANGED if self.importer.is_update else EMPTIED
        if mark in SAME:
            if self.above is None:
                raise CellRefused("{}没有可照填的上一行", f"这里写的是“{mark}”，请填写内容。")
            cells, same = self.above
            cell = same.get(at, cells[at] if at < len(cells) else "")
            self.same[at] = cell = "" if cell is None else cell
            if str(cell).strip() not in marks:
                if said := self.answers.words.get(column.code):
                    cell = self._meaning(column, said, cell)
                row.notes.append(Note(column.header, GUESSED, mark, as_text(cell) or nothing))
                return cell
        told = (CHECK, column.missed) if column.missed else (CLEANED, nothing)
        row.notes.append(Note(column.header, told[0], mark, told[1]))
        return ""

    def _add_mended(self, row: Row, mended: Mapping[str, str]) -> None:
        """Put in what was typed for columns that the sheet does not have."""
        for code in mended.keys() - row.values.keys():
            if (column := self.importer.by_code.get(code)) is not None:
                try:
                    row.values[code] = column.clean(mended[code])
                except CellRefused as error:
                    self._refuse(row, column, error)

    def _mended(self, cells: list[Any], mended: Mapping[str, str]) -> list[Any]:
        places = {step.column.code: step.at for step in self.steps}
        wide = [*cells, *[""] * (max(places.values(), default=0) + 1 - len(cells))]
        for code, text in mended.items():
            if code in places:
                wide[places[code]] = text
        return wide

    def _require(self, row: Row, column: ImportColumn) -> None:
        reason = f"{column.header}为空"
        row.faults.append(Fault(column.header, reason, "这一列必须填写。", code=column.code))

    def _refuse(self, row: Row, column: ImportColumn, error: CellRefused) -> None:
        reason = error.reason.format(column.header)
        fault = Fault(column.header, reason, error.detail, code=column.code, word=error.word)
        if not column.dispensable:
            row.faults.append(fault)
            return
        # One bad cell is no reason to leave out an expert.
        row.left.append(fault)
        row.values[column.code] = ""
        if error.word:
            row.words.append((column.code, error.word))

    def _note(self, row: Row, column: ImportColumn, cell: Any, value: Any) -> None:
        if type(cell) is str:
            # Blanks around it nobody sees, nor misses.
            if type(value) is str and value != cell.strip():
                row.notes.append(Note(column.header, CLEANED, cell, value))
            elif type(value) is date and (len(cell) < WHOLE_DAY or cell.endswith("月")):
                row.notes.append(Note(column.header, GUESSED, cell, column.word(value)))
        elif type(cell) is float and not isinstance(value, str | int | float):
            # A number that is a date: nobody can be sure which.
            row.notes.append(Note(column.header, GUESSED, as_text(cell), column.word(value)))

    def _is_sample(self, row: Row) -> bool:
        filled = [(code, value) for code, value in row.values.items() if value not in EMPTY]
        return len(filled) >= SAMPLE_CELLS and all(
            self.samples.get(code) == value for code, value in filled
        )


def _takes(column: ImportColumn, word: str) -> bool:
    try:
        column.clean(word)
    except CellRefused:
        return False
    return True


def _remark(cells: list[Any]) -> str:
    """Return what a row says that is no row of the list, but stands below or between; else empty."""
    filled = [cell for cell in cells if cell not in EMPTY]
    texts = ["".join(cell.split()) for cell in filled if isinstance(cell, str)]
    is_remark = len(filled) <= REMARK_CELLS and any(map(_REMARK.match, texts))
    return "　".join(texts)[:60] if is_remark else ""


def _check_chunk(importer: Importer, chunk: list[Row], answers: Answers, *, keep: bool) -> None:
    """Check the rows of one chunk against each other and the database, and save them."""
    for row in chunk:
        told = {fault.code for fault in row.faults if fault.code}  # of one cell once
        row.faults += [fault for fault in importer.inspect(row) if fault.code not in told]
    _validate(importer, chunk)
    if not keep:
        return
    for _ in range(3):
        try:
            # A savepoint: the chunks before are in the same transaction.
            with transaction.atomic():
                _save(importer, chunk, answers)
                return
        except IntegrityError:
            # Somebody entered one of these rows since the check: look again, it is a duplicate now.
            _recheck(importer, chunk)
    # Taken again and again: no longer bad luck. The error ends the run.
    _save(importer, chunk, answers)


def _save(importer: Importer, chunk: list[Row], answers: Answers) -> None:
    if importer.is_update:
        _refuse_unseen(chunk, answers)
    importer.save([row for row in chunk if not row.faults])


def _refuse_unseen(chunk: list[Row], answers: Answers) -> None:
    """Refuse what changes something else than its reader has approved: nobody overwrites unseen."""
    for row in chunk:
        if not row.faults and [asdict(one) for one in row.changes] != answers.shown.get(row.number):
            row.faults.append(
                Fault("", CHANGED, "您核对之后有人改过这份档案，请重新上传后再核对。")
            )


def _validate(importer: Importer, rows: list[Row]) -> None:
    sound = [row for row in rows if not row.faults]
    importer.prepare(sound)
    for row in sound:
        fault = importer.validate(row)
        if fault:
            row.faults.append(fault)


def _recheck(importer: Importer, chunk: list[Row]) -> None:
    sound = [row for row in chunk if not row.faults]
    importer.forget(sound)
    _validate(importer, sound)
