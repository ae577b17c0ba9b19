"""Headers that what stands beside them explains: 聘任时间 is of a title beside it, and the end of a term goes with its
beginning."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from expertpool.core.importing.columns import (
    NOTHING,
    CellRefused,
    ImportColumn,
    known_header,
    normalise_header,
)
from expertpool.core.importing.headers import is_of_a_thing

SURE = 0.9  # of the cells
FEWEST = 2  # rows of which each ends after it begins
# What may stand between somebody's name and his telephone: 紧急联系人, 与本人关系, 电话.
_BETWEEN = re.compile(r"关系$|^(?:称谓|性别|职务|部门)$")


def of_what_is_beside(
    columns: Iterable[ImportColumn], cells: Sequence[Any], codes: Sequence[str]
) -> Iterator[int]:
    """Yield the places of headers that stand for a column, and rather speak of what is beside them: 聘任时间 beside 职称,
    unless the end of a term follows; 有效期至 of a document, 专业 that somebody studied (毕业院校)."""
    columns = list(columns)
    for column in columns:
        vague = {known_header(one) for one in column.vague}
        ending = [one for one in columns if one.begun_by == column.code]
        for at, cell in enumerate(cells):
            if codes[at] != column.code or normalise_header(cell) not in vague:
                continue
            beside = [place for place in (at - 1, at + 1) if 0 <= place < len(codes)]
            is_known = not {codes[place] for place in beside}.isdisjoint(column.after)
            # Of what no column keeps, its header says what it is.
            is_other = any(
                column.after_header(normalise_header(cells[place]))
                for place in beside
                if column.after_header and not codes[place]
            )
            if (is_known or is_other) and not _is_ended(ending, cells, codes, at + 1):
                yield at


def _is_ended(
    ending: Sequence[ImportColumn], cells: Sequence[Any], codes: Sequence[str], at: int
) -> bool:
    return at < len(cells) and any(
        codes[at] == one.code or (one.ends and one.ends(normalise_header(cells[at])))
        for one in ending
    )


def right_of_another(
    columns: Iterable[ImportColumn],
    cells: Sequence[Any],
    codes: Sequence[str],
    names_another: Callable[[str], bool],
) -> Iterator[int]:
    """Yield the places of headers by which the person of a row is reached, and that stand right of one that names somebody
    else: 紧急联系人 | 电话. In a list that names nobody else by a column of its own, that one is its person."""
    required = [column for column in columns if column.required]
    if not required or required[0].code not in codes:
        return
    reached = {column.code for column in required[1:] if column.looks}
    for at, code in enumerate(codes):
        if code not in reached:
            continue
        left = at - 1
        while left > 0 and _BETWEEN.search(normalise_header(cells[left])):
            left -= 1
        if (
            left >= 0
            and codes[left] != required[0].code
            and names_another(normalise_header(cells[left]))
        ):
            yield at


def ends_found(
    columns: Iterable[ImportColumn],
    cells: Sequence[Any],
    codes: Sequence[str],
    unknown: Collection[int],
    rows: Sequence[Sequence[Any]],
) -> Iterator[tuple[int, str]]:
    """Yield, of what begins by a column (code) and ends by none, which of the ``unknown`` headers may be its end: the next
    one that says so and takes its cells, or the one right of it where each row ends after it begins."""
    by_code = {one.code: one for one in columns}
    for column in by_code.values():
        if not column.begun_by or column.begun_by not in codes or column.code in codes:
            continue
        start = codes.index(column.begun_by)
        free = [at for at in unknown if not is_of_a_thing(cells[at])]
        said = [
            at
            for at in sorted(free, key=lambda at: (at < start, abs(at - start)))
            if column.ends and column.ends(normalise_header(cells[at]))
            if _takes(column, at, rows)
        ]
        if said:
            yield said[0], column.code
        elif start + 1 in free and _are_later(by_code[column.begun_by], column, start, rows):
            yield start + 1, column.code


def _takes(column: ImportColumn, at: int, rows: Sequence[Sequence[Any]]) -> bool:
    said = [row[at] for row in rows if at < len(row) and row[at] not in ("", None, *NOTHING)]
    taken = [cell for cell in said if _value(column, cell) is not None]
    return not said or len(taken) >= SURE * len(said)


def _are_later(
    first: ImportColumn, last: ImportColumn, start: int, rows: Sequence[Sequence[Any]]
) -> bool:
    """Tell whether the days right of ``start`` are the ends of those there."""
    pairs = [row[start : start + 2] for row in rows if "" not in row[start : start + 2]]
    pairs = [pair for pair in pairs if len(pair) > 1 and None not in pair]
    days = [(_value(first, begins), _value(last, ends)) for begins, ends in pairs]
    return len(days) >= FEWEST and all(
        begins is not None and type(ends) is type(begins) and begins < ends for begins, ends in days
    )


def _value(column: ImportColumn, cell: Any) -> Any:
    try:
        return column.clean(cell) or None
    except CellRefused:
        return None
