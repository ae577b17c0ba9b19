"""What rows of a file of any length have had, in a few bytes each: which row it was."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping


class FirstRows:
    """Which row first had something, by a number of 64 bits that stands for it. Those of the rows before the chunk
    that is looked at stand in arrays: a dictionary takes ten times as much."""

    def __init__(self) -> None:
        self._marks, self._rows = array("q"), array("L")
        self._before: dict[int, int] = {}
        self._here: dict[int, int] = {}

    def begin(self, marks: Collection[int]) -> None:
        """Begin a chunk that asks for ``marks``."""
        self._marks.extend(self._here.keys())
        self._rows.extend(self._here.values())
        self._here = {}
        pairs = zip(self._marks, self._rows, strict=True)
        self._before = {mark: row for mark, row in pairs if mark in marks}

    def find(self, mark: int) -> int | None:
        """Return the row that had ``mark``, one that was asked for; None where none had."""
        found = self._before.get(mark)
        return self._here.get(mark) if found is None else found

    def first(self, mark: int, row: int) -> int:
        """Return the first row that had ``mark``; it is this one, if there was none."""
        found = self._before.get(mark)
        return self._here.setdefault(mark, row) if found is None else found


class SavedNumbers:
    """The numbers, by their index, of rows that are in the database already: it says which are there,
    this says in which row."""

    def __init__(self) -> None:
        self._marks, self._rows = array("Q"), array("L")

    def add(self, rows: Mapping[bytes, int]) -> None:
        """Take in index → row; row 0 is none of the file."""
        for index, row in rows.items():
            if row:
                self._marks.append(_mark(index))
                self._rows.append(row)

    def rows_of(self, indexes: Iterable[bytes]) -> dict[bytes, int]:
        """Return the rows of those of ``indexes`` that were added."""
        wanted = {_mark(index): index for index in indexes}
        if not wanted:
            return {}
        pairs = zip(self._marks, self._rows, strict=True)
        return {wanted[mark]: row for mark, row in pairs if mark in wanted}


def _mark(index: bytes) -> int:
    return int.from_bytes(index[:8], "big")
