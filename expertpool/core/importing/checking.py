"""From rows of cells to rows that are kept and rows that are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction

from expertpool.core.importing.columns import CellRefused, ImportColumn
from expertpool.core.importing.importer import Fault, Importer, Row, Totals
from expertpool.core.importing.reading import Numbered

Plan = list[tuple[int, ImportColumn]]
Sink = Callable[[Row], None]


def check_rows(
    importer: Importer,
    rows: Iterable[Numbered],
    codes: Sequence[str],
    *,
    keep: bool,
    refused: Sink,
    progress: Callable[[int], None] | None = None,
) -> Totals:
    """Check all ``rows`` (those below the header) in chunks; save what passes if ``keep``.

    ``codes`` say what each cell is. ``refused`` is called for every row that is not taken, in the
    order of the sheet, but for those that are only counted; ``progress`` with the number of rows done after each chunk. Empty rows are
    passed over and not counted.
    """
    importer.previews = not keep
    known = importer.by_code
    plan = [(at, known[code]) for at, code in enumerate(codes) if code in known]
    totals = Totals()
    source = (row for row in (_row(number, cells, plan) for number, cells in rows) if row)
    while chunk := list(islice(source, importer.chunk_rows)):
        _check_chunk(importer, chunk, keep=keep)
        for row in chunk:
            if row.faults:
                totals.reasons[row.faults[0].reason] += 1
                if not row.faults[0].counted:
                    refused(row)
            else:
                totals.accepted += 1
        totals.total += len(chunk)
        if progress:
            progress(totals.total)
    return totals


def _row(number: int, cells: list[Any], plan: Plan) -> Row | None:
    """Clean one row; None when it is empty."""
    row = Row(number, cells)
    values, width, empty = row.values, len(cells), True
    for at, column in plan:
        cell = cells[at] if at < width else ""
        value: Any = ""
        if cell is not None and cell != "":
            try:
                value = column.clean(cell)
                empty = empty and value in ("", None)
            except CellRefused as error:
                reason = error.reason.format(column.header)
                row.faults.append(Fault(column.header, reason, error.detail))
                empty = False
                continue
        if column.required and value in ("", None):
            row.faults.append(Fault(column.header, f"{column.header}为空", "这一列必须填写。"))
        values[column.code] = value
    return None if empty else row


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
