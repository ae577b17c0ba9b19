"""From rows of cells to rows that are kept and rows that are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction

from expertpool.core.importing.answers import Answers, meant
from expertpool.core.importing.columns import CellRefused, ImportColumn, as_text
from expertpool.core.importing.importer import Fault, Importer, Note, Row, Totals
from expertpool.core.importing.reading import Numbered

Sink = Callable[[Row], None]
EMPTY: tuple[Any, ...] = ("", None, [])
CLEANED, GUESSED, LEFT, CHECK = "已整理", "按推测填写", "留空", "请核对"
NOT_CHOSEN = "没有勾选"
DISTINCT_WORDS = 500  # that no list has; what a user can be asked
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
    with the number of rows done after each chunk. Empty rows and the sample row of the template are
    passed over and not counted. ``answers`` are what the user said about words and cells.
    """
    importer.previews = not keep
    totals = Totals()
    reader = _Reader(importer, codes, answers or Answers(), totals)
    source = (row for number, cells in rows if (row := reader.row(number, cells)))
    while chunk := list(islice(source, importer.chunk_rows)):
        _check_chunk(importer, chunk, keep=keep)
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
    else:
        totals.accepted += 1
        if row.left:
            totals.left.update(fault.reason for fault in row.left)
        if row.notes:
            totals.notes.update(note.kind for note in row.notes)
    words = [*row.words, *((one.code, one.word) for one in row.faults if one.word)]
    for word in words:
        if word in totals.words or len(totals.words) < DISTINCT_WORDS:
            totals.words[word] += 1


@dataclass
class _Reader:
    """Cleans rows of cells."""

    importer: Importer
    codes: Sequence[str]
    answers: Answers
    totals: Totals
    plan: list[tuple[int, ImportColumn]] = field(init=False)
    known: dict[str, frozenset[str]] = field(init=False)
    samples: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        columns = self.importer.by_code
        self.plan = [(at, columns[code]) for at, code in enumerate(self.codes) if code in columns]
        # Others than these words are taken, too, and asked about.
        self.known = {
            one.code: frozenset(one.words()) for _, one in self.plan if one.words and one.is_free
        }
        self.samples = {one.code: one.clean(one.sample) for one in columns.values() if one.sample}
        self.first = next((one.code for _, one in self.plan if one.code in self.samples), "")

    def row(self, number: int, cells: list[Any]) -> Row | None:
        """Clean one row; None when it is empty, or the sample of the template."""
        row = Row(number, cells)
        mended = self.answers.cells.get(number)
        width, empty = len(cells), True
        for at, column in self.plan:
            cell = cells[at] if at < width else ""
            if mended and column.code in mended:
                cell = mended[column.code]
            if not self._take(row, column, cell):
                empty = False
        for code in mended or ():
            # A column that the sheet does not have.
            if code not in row.values and code in self.importer.by_code and not empty:
                self._take(row, self.importer.by_code[code], mended[code])  # type: ignore[index]
        if empty:
            return None
        first = self.first
        if first and row.values.get(first) == self.samples[first] and self._is_sample(row):
            self.totals.samples += 1
            return None
        if number in self.answers.passed_over:
            row.faults.insert(0, Fault("", NOT_CHOSEN, "您没有勾选这一行。"))
        return row

    def _take(self, row: Row, column: ImportColumn, cell: Any) -> bool:
        """Put the value of a cell into ``row``; tell whether it is empty."""
        value: Any = ""
        code = column.code
        if cell is not None and cell != "":
            if said := self.answers.words.get(code):
                cell = meant(column, said, cell)
            try:
                value = column.clean(cell)
            except CellRefused as error:
                self._refuse(row, column, error)
                return False
            if value is not cell and value not in EMPTY:
                self._note(row, column, cell, value)
            known = self.known.get(code)
            if known is not None and value not in known and value not in EMPTY:
                row.words.append((code, value))
        if value in EMPTY:
            if column.required:
                fault = Fault(column.header, f"{column.header}为空", "这一列必须填写。", code=code)
                row.faults.append(fault)
            row.values[code] = value
            return True
        row.values[code] = value
        return False

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
            # Blanks around it nobody sees, nor misses; a choice reads as its word.
            if type(value) is str and value != cell.strip():
                word = column.word(value)
                if word != cell.strip():
                    row.notes.append(Note(column.header, CLEANED, cell, word))
        elif type(cell) is float and not isinstance(value, str | int | float):
            # A number that is a date: nobody can be sure which.
            row.notes.append(Note(column.header, GUESSED, as_text(cell), column.word(value)))

    def _is_sample(self, row: Row) -> bool:
        filled = [(code, value) for code, value in row.values.items() if value not in EMPTY]
        return len(filled) >= SAMPLE_CELLS and all(
            self.samples.get(code) == value for code, value in filled
        )


def _check_chunk(importer: Importer, chunk: list[Row], *, keep: bool) -> None:
    """Check the rows of one chunk against each other and the database, and save them."""
    _validate(importer, chunk)
    if not keep:
        return
    for _ in range(3):
        try:
            # A savepoint: the chunks before are in the same transaction.
            with transaction.atomic():
                importer.save([row for row in chunk if not row.faults])
                return
        except IntegrityError:
            # Somebody entered one of these rows since the check: look again, it is a duplicate now.
            _recheck(importer, chunk)
    # Taken again and again: no longer bad luck. The error ends the run.
    importer.save([row for row in chunk if not row.faults])


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
