"""Numbers of a file of any length, in a few bytes each: which row had them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping


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
