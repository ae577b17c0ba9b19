"""Cell references: how they move when a row is repeated, in formulas and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_CELL = r"\$?[A-Z]{1,3}\$?[1-9]\d{0,6}"
# Quoted text is passed over. A reference is no part of a name (A1_total), and no function (LOG10).
_REFERENCE = re.compile(
    r'(?P<string>"(?:[^"]|"")*")'
    r"|(?<![\w.$'])(?P<sheet>(?:'(?:[^']|'')+'|[\w.]+)!)?"
    rf"(?P<first>{_CELL}|\$?[1-9]\d{{0,6}}(?=:\$?\d))(?::(?P<last>{_CELL}|\$?[1-9]\d{{0,6}}))?"
    r"(?![\w.(!])"
)
_PARTS = re.compile(r"(\$?)([A-Z]*)(\$?)(\d+)")


@dataclass(frozen=True)
class Cell:
    """One end of a reference. ``column`` is empty in references to whole rows."""

    column: str
    row: int
    fixed_column: bool = False
    fixed_row: bool = False

    @classmethod
    def read(cls, text: str) -> Cell:
        match = _PARTS.fullmatch(text)
        if match is None:
            raise ValueError(text)
        first, column, second, row = match.groups()
        fixed_row = bool(second if column else first)
        return cls(column, int(row), bool(first and column), fixed_row)

    def __str__(self) -> str:
        column = f"{'$' if self.fixed_column else ''}{self.column}"
        return f"{column}{'$' if self.fixed_row else ''}{self.row}"

    def at_row(self, row: int) -> Cell:
        return Cell(self.column, row, self.fixed_column, self.fixed_row)


@dataclass(frozen=True)
class Repetition:
    """Row ``row`` is repeated: ``extra`` rows like it follow, what was below moves down."""

    row: int
    extra: int

    def below(self, row: int) -> int:
        """Return where ``row`` stands afterwards; the repeated row stays."""
        return row + self.extra if row > self.row else row

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the rows of a range afterwards: one that holds the row takes its copies in."""
        return self.below(first), last + self.extra if last >= self.row else last

    def move(self, text: str, *, own: bool = True, sheet: str = "", inside: bool = False) -> str:
        """Return ``text`` (a formula, references) with the references to the sheet moved.

        ``own``: references without a name of a sheet are meant; ``sheet`` is its name.
        ``inside``: it stands in the repeated row, so a range of that row is that row's alone.
        """

        def moved(name: str | None, first: Cell, last: Cell | None) -> tuple[Cell, Cell | None]:
            if not (own if name is None else _sheet_name(name) == sheet):
                return first, last
            if last is None:
                return first.at_row(self.below(first.row)), None
            if inside and first.row == last.row == self.row:
                return first, last
            top, bottom = self.span(first.row, last.row)
            return first.at_row(top), last.at_row(bottom)

        return _replace(text, moved)


def follow(text: str, *, row: int, by: int) -> str:
    """Return a formula as a copy ``by`` rows below has it: what refers to ``row`` goes along."""

    def moved(name: str | None, first: Cell, last: Cell | None) -> tuple[Cell, Cell | None]:
        if name is not None:
            return first, last
        return _along(first, row, by), None if last is None else _along(last, row, by)

    return _replace(text, moved)


def translate(text: str, *, rows: int, columns: int) -> str:
    """Return a formula as it is when filled ``rows`` down and ``columns`` to the right."""

    def one(cell: Cell) -> Cell:
        at = cell.row if cell.fixed_row else max(cell.row + rows, 1)
        name = cell.column
        if name and not cell.fixed_column:
            name = column_name(max(column_number(name) + columns, 1))
        return Cell(name, at, cell.fixed_column, cell.fixed_row)

    return _replace(text, lambda _name, first, last: (one(first), one(last) if last else None))


def column_number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_name(number: int) -> str:
    name = ""
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _along(cell: Cell, row: int, by: int) -> Cell:
    return cell.at_row(row + by) if cell.row == row and not cell.fixed_row else cell


def _sheet_name(prefix: str) -> str:
    return prefix.removesuffix("!").strip("'").replace("''", "'")


def _replace(
    text: str, move: Callable[[str | None, Cell, Cell | None], tuple[Cell, Cell | None]]
) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match[0]
        first, last = Cell.read(match["first"]), match["last"] and Cell.read(match["last"])
        first, last = move(match["sheet"], first, last or None)
        return f"{match['sheet'] or ''}{first}" + (f":{last}" if last else "")

    return _REFERENCE.sub(replaced, text)
