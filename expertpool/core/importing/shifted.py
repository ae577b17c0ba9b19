"""Rows whose cells stand one column beside where they belong: somebody inserted a cell, or deleted one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from expertpool.core.importing.columns import CellRefused, ImportColumn, as_text

FEWEST = 2  # cells that fit the column beside theirs, and not their own
REASON = "整行错位"
_WAYS = {1: "右", -1: "左"}


class Shifted:
    """Tells of a row whether its cells have moved, by the columns that know what belongs to them."""

    def __init__(self, columns: Mapping[int, ImportColumn]) -> None:
        """``columns`` by their places."""
        self._columns = columns
        self._words: dict[str, frozenset[str]] = {}

    def told(self, cells: Sequence[Any]) -> str:
        """Return what is said of a row that has moved; empty: it has not."""
        filled = [(at, cell) for at, cell in enumerate(cells) if cell not in ("", None)]
        for by, way in _WAYS.items():
            moved = [
                at for at, cell in filled if self._fits(at - by, cell) and not self._fits(at, cell)
            ]
            if len(moved) < FEWEST or any(
                self._fits(at, cell) for at, cell in filled if at > moved[0]
            ):
                continue
            at = moved[0]
            belongs = self._columns[at - by].header
            said = as_text(cells[at])[:20]
            return f"像是从第 {at + 1} 格起整体向{way}移了一格：“{said}”应在“{belongs}”列。请在文件中移回后重新上传，或在这里逐格改正。"
        return ""

    def _fits(self, at: int, cell: Any) -> bool:
        column = self._columns.get(at)
        if column is None:
            return False
        try:
            text = as_text(cell)
            return bool(
                (column.looks and column.looks(cell))
                or text in self._words_of(column)
                or (column.bare and isinstance(cell, str) and column.bare(text))
            )
        except CellRefused:
            return False

    def _words_of(self, column: ImportColumn) -> frozenset[str]:
        if column.code not in self._words:
            words = frozenset(column.words() if column.words else ())
            self._words[column.code] = words | {*column.choices}
        return self._words[column.code]
