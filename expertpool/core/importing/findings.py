"""What was found in a file, kept sealed for the page: it holds telephone numbers and the like.

Plain values of JSON, since the page of another process reads them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from time import thread_time
from typing import Any

from expertpool.core.importing.answers import Answers, proposals
from expertpool.core.importing.columns import BETWEEN, CellRefused, as_text
from expertpool.core.importing.finding import Header
from expertpool.core.importing.importer import CHECK, MENDED, Fault, Importer, Note, Row, Totals
from expertpool.core.importing.reading import MADE, Top
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import UNCHANGED
from expertpool.core.waiting import FileGone, WaitingFile

SHOWN = 100  # rows of each kind on the page
ALIKE = 10  # notes that say the same
PRESSING = 50  # rows with notes that go before all others
FIRST = 5  # rows shown as they will be saved
ASKED = 50  # words that the page asks about
PROPOSING = 3.0  # seconds of the processor for what the words of a file may mean; later ones are asked without
APPLIED = 200  # words that the page shows as explained
DIFFERING = 500  # records whose differences are shown
# What a sentence says of one row alone: numbers, days, and what it quotes.
_VALUES = re.compile(r"“[^”]*+(?:”|\Z)|(?<![A-Za-z])[A-Za-z]*+\d[\d.-]*")
RENAMED = 3  # records that get another name: so many are no correction, if they are most


def read_findings(run: ImportRun) -> dict[str, Any]:
    """Return what was found; nothing where the file is gone."""
    return _read(run.findings)


def write_findings(run: ImportRun, **found: Any) -> None:
    """Keep ``found`` beside what else is kept."""
    _write(run.findings, read_findings(run) | found)


def read_answers(run: ImportRun) -> Answers:
    return Answers.read(_read(run.answers))


def write_answers(run: ImportRun, answers: Answers) -> None:
    _write(run.answers, answers.kept())


def _read(file: WaitingFile) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read())
    except FileGone:
        return {}
    return found


def _write(file: WaitingFile, content: dict[str, Any]) -> None:
    file.write(json.dumps(content, ensure_ascii=False).encode())


def outline(header: Header, tops: Sequence[Top]) -> dict[str, Any]:
    """Return what the page of the headers shows."""
    made = next((len(top["rows"]) - 1 for top in tops if top["name"] == header.sheet in MADE), 0)
    return {
        "sheets": [top["name"] for top in tops if top["rows"]],
        "made": made,  # people, where the list is none and was read as one
        "unread": max((top.get("unread", 0) for top in tops), default=0),
        "open_quote": max((top.get("open_quote", 0) for top in tops), default=0),
        "hidden_sheets": next((top["hidden_sheets"] for top in tops if "hidden_sheets" in top), []),
        "others": header.others,
        "why": header.why,
        "samples": header.samples,
        "hidden": header.hidden,
        "hidden_rows": header.hidden_rows,
        "struck_rows": header.struck_rows,
        "depth": header.depth,
        "above": header.above,
    }


class Collector:
    """Takes of the rows of a check what the page shows."""

    def __init__(self, importer: Importer, codes: Sequence[str]) -> None:
        self.importer = importer
        self.codes = codes
        required = (one.code for one in importer.by_code.values() if one.required)
        self.name = importer.named_by or next(required, "")
        self.by_header = {one.header: code for code, one in importer.by_code.items()}
        self.first: list[dict[str, str]] = []
        self.refused: list[dict[str, Any]] = []
        self.unchanged: list[dict[str, Any]] = []
        self.left: list[dict[str, Any]] = []
        self.answered: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self.pressing: list[dict[str, Any]] = []
        self.alike: Counter[tuple[str, str, str]] = Counter()

    def _named(self, shown: dict[str, str]) -> dict[str, str]:
        """Return a row with what names it before all else: a project by its name, not by its number."""
        column = self.importer.by_code.get(self.name)
        name = shown.pop(column.header, "") if column else ""
        return {column.header: name} | shown if column and name else shown

    def take(self, row: Row) -> None:
        if len(self.first) < FIRST and not self.importer.is_update:
            self.first.append(self._named(self.importer.shown(row)))
        if row.changes and len(self.changed) < DIFFERING:
            changes = [asdict(change) for change in row.changes]
            facts = {"row": row.number, "name": row.subject, "doubt": row.doubt}
            self.changed.append(facts | {"changes": changes})
        if row.left and len(self.left) < SHOWN:
            self.left.append(self.about(row, row.left))
        if (said := self._said(row)) and len(self.answered) < SHOWN:
            self.answered.append({"row": row.number, "name": self.name_of(row), "cells": said})
        if row.notes:
            self._take_notes(row)

    def _take_notes(self, row: Row) -> None:
        is_pressing = len(self.pressing) < PRESSING and any(one.is_pressing for one in row.notes)
        rows = self.pressing if is_pressing else self.notes
        if len(rows) < SHOWN and (notes := list(self._first(row.notes, is_pressing))):
            told = [asdict(note) | self._typed(row, note) for note in notes]
            rows.append({"row": row.number, "name": self.name_of(row), "notes": told})

    def _typed(self, row: Row, note: Note) -> dict[str, str]:
        """Return in which cell a note is mended, and what is saved of it; nothing where none is."""
        code = self.by_header.get(note.column, "")
        if not code or not note.in_place or note.kind not in (CHECK, MENDED):
            return {}
        return {"code": code, "saved": self.importer.shown(row).get(note.column, "")}

    def _said(self, row: Row) -> list[dict[str, Any]]:
        """Return what was asked of a row that is taken by its answer: it can be taken back."""
        return [
            {"code": one.code, "column": one.header, "content": "", "reason": "", "detail": ""}
            for one in self.importer.asked
            if row.values.get(one.code)
        ]

    def _first(self, notes: Sequence[Note], is_pressing: bool) -> Iterator[Note]:
        """Yield those of ``notes`` of which not many say the same: what is said of each row hides what
        is said of few."""
        for note in notes:
            # Of what was cleaned or guessed the value differs from row to row.
            said = _VALUES.sub("", note.now).partition("：")[0] if note.kind == CHECK else ""
            is_shown = note.kind == MENDED or (is_pressing and note.is_pressing)
            if is_shown or self.alike[note.kind, note.column, said] < ALIKE:
                self.alike[note.kind, note.column, said] += 1
                yield note

    def refuse(self, row: Row) -> None:
        # Thousands of rows that are in order do not hide the one that is not.
        in_order = row.faults[0].reason in UNCHANGED
        rows = self.unchanged if in_order else self.refused
        if len(rows) < SHOWN:
            rows.append(self.about(row, [*row.faults, *row.left]))

    def about(self, row: Row, faults: Sequence[Fault]) -> dict[str, Any]:
        cells = [
            {
                "code": fault.code,
                "column": fault.column,
                "content": self.content_of(row, fault.code),
                "reason": fault.reason,
                "detail": fault.detail,
                **({"word": fault.word, "if_meant": fault.if_meant} if fault.if_meant else {}),
            }
            for fault in faults
        ]
        return {"row": row.number, "name": self.name_of(row), "cells": cells}

    def name_of(self, row: Row) -> str:
        return str(row.values.get(self.name) or self.content_of(row, self.name))

    def content_of(self, row: Row, code: str) -> str:
        """Return what stands in the cell of a column, as it came."""
        cells = (
            cell for one, cell in zip(self.codes, row.cells, strict=False) if code and one == code
        )
        column = self.importer.by_code.get(code)
        between = "" if column and column.pieces else BETWEEN
        return between.join(filter(None, map(as_it_stands, cells)))

    def found(self, totals: Totals) -> dict[str, Any]:
        words = self._words(totals)
        is_asked = any((one["code"], one["word"]) in totals.hindering for one in words)
        return {
            "first": self.first,
            "refused": [*self.refused, *self.unchanged][:SHOWN],
            "left": self.left,
            "answered": self.answered,
            "notes": [*self.pressing, *self.notes][:SHOWN],
            **self._changed(),
            "words": words,
            "waiting": totals.waiting if is_asked else 0,
            "applied": self._lines(totals.applied.most_common(APPLIED), applied=True),
            "known": totals.known,
            "samples": totals.samples,
            "examples": totals.examples,
            "remarks": totals.remarks,
            "remarked": totals.remarked,
            "lacking": dict(totals.lacking),
        }

    def _changed(self) -> dict[str, Any]:
        """Return what an update changes; where most rows give somebody another name, columns were sorted
        apart, and none of these is sure."""
        if not self.importer.is_update:
            return {"changed": [], "renamed": 0}
        column = self.importer.by_code.get(self.name)
        defined = self.importer.definitions()
        renamed = [
            one
            for one in self.changed
            if any(column and change["label"] == column.header for change in one["changes"])
        ]
        if len(renamed) < RENAMED or 2 * len(renamed) <= len(self.changed):
            return {"changed": self.changed, "renamed": 0, "defined": defined}
        for one in renamed:
            one["doubt"] = one["doubt"] or "多数行的姓名与档案不同，请核对后再勾选。"
        return {"changed": self.changed, "renamed": len(renamed), "defined": defined}

    def _words(self, totals: Totals) -> list[dict[str, Any]]:
        """Return the words that the page asks about, each with what it means by rule (``suggestion``),
        or what it may mean (``proposals``)."""
        lists: dict[str, tuple[list[str], Mapping[str, str]]] = {}
        # By whose answer whole rows go in is asked before what stands in rows that go in as they are.
        first = sorted(
            totals.words.items(), key=lambda one: (one[0] not in totals.hindering, -one[1])
        )
        asked = self._lines(first[:ASKED])
        until = thread_time() + PROPOSING
        for line in asked:
            column = self.importer.by_code[line["code"]]
            # That two units are one nobody proposes: it is looked at.
            if column.words is not None and not line["question"]:
                if column.code not in lists:
                    lists[column.code] = list(column.words()), column.meanings()
                known, meanings = lists[column.code]
                meaning = meanings.get(line["word"])
                if meaning in known:
                    line["suggestion"] = meaning
                elif meaning is None and thread_time() < until:
                    line["proposals"] = proposals(column, line["word"], known)
        return asked

    def _lines(
        self, counted: Iterable[tuple[tuple[str, str], int]], *, applied: bool = False
    ) -> list[dict[str, Any]]:
        lines = []
        for (code, word), count in counted:
            column = self.importer.by_code.get(code)
            asked = self.importer.questions.get((code, word))
            if column is not None and (column.words is not None or applied or asked):
                lines.append(
                    {
                        "code": code,
                        "column": column.header,
                        "word": word,
                        "count": count,
                        "is_free": column.is_free,
                        "question": asdict(asked) if asked else None,
                        "suggestion": "",
                        "proposals": [],
                    }
                )
        return lines


def as_it_stands(cell: Any) -> str:
    """Return a cell as text, with what nobody can write left out."""
    try:
        return as_text(cell)
    except CellRefused:
        return "".join(filter(str.isprintable, str(cell)))
