"""One person over several rows: what is merged, or stands again, beside one more entry of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from expertpool.core.importing.columns import BETWEEN, CellRefused, ImportColumn, as_text
from expertpool.core.importing.reading import Numbered

EMPTY = ("", None)
ALIKE = 2  # cells that say the same, his name among them: two persons may be called so


class Continued:
    """Puts together rows that go on with the one before: one directly below it that differs from it, in what
    is imported, by entries of a list alone, or holds nothing else."""

    def __init__(
        self, columns: Sequence[ImportColumn | None], is_remark: Callable[[list[Any]], bool]
    ) -> None:
        """``columns`` say what each cell is, ``is_remark`` which row without a name is no more of anybody."""
        self.is_remark = is_remark
        self.lists = [at for at, one in enumerate(columns) if one and one.lists]
        self.rest = [at for at, one in enumerate(columns) if one and not one.lists]
        self.name = next((at for at in self.rest if _is_required(columns[at])), -1)
        self.rows: dict[
            int, list[int]
        ] = {}  # first row → those that went into it; of the last row alone

    def joined(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        """Yield the rows; `rows` tells of the one that was yielded last which others it holds."""
        if not self.lists or self.name < 0:
            yield from rows
            return
        held: Numbered | None = None
        last, further = 0, list[int]()
        for number, cells in rows:
            if held and number == last + 1 and (more := self._more(held[1], cells)):
                held, last = (held[0], more), number
                further.append(number)
                continue
            if held:
                self.rows = {held[0]: further} if further else {}
                yield held
            held, last, further = (number, cells), number, []
        if held:
            self.rows = {held[0]: further} if further else {}
            yield held

    def _more(self, held: list[Any], cells: list[Any]) -> list[Any]:
        """Return the cells of a person with what the next row adds; nothing where it is another's."""
        if not self._goes_on(held, cells):
            return []
        joined, is_more = [*held, *[""] * (max(self.lists) + 1 - len(held))], False
        for at in self.lists:
            cell, before = _at(cells, at), joined[at]
            if cell in EMPTY or cell == before:
                continue
            try:
                entry, entries = (
                    as_text(cell),
                    [] if before in EMPTY else as_text(before).split(BETWEEN),
                )
            except CellRefused:
                return []
            if entry not in entries:
                joined[at], is_more = BETWEEN.join([*entries, entry]), True
        return joined if is_more else []

    def _goes_on(self, held: list[Any], cells: list[Any]) -> bool:
        name = _at(cells, self.name)
        if name in EMPTY:
            return (
                all(_at(cells, at) in EMPTY for at in self.rest)
                and _at(held, self.name) not in EMPTY
                and not self.is_remark(cells)
            )
        if name != _at(held, self.name):  # nearly all rows are told apart here
            return False
        others = [(_at(held, at), _at(cells, at)) for at in self.rest]
        alike = sum(one == other and one not in EMPTY for one, other in others)
        return alike >= ALIKE and all(one == other for one, other in others)


def _is_required(column: ImportColumn | None) -> bool:
    return column is not None and column.required


def _at(cells: list[Any], at: int) -> Any:
    return cells[at] if at < len(cells) else ""
