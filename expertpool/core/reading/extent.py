"""How far a table may reach, and how much may stand in it: a cell in the last corner makes readers take
memory for all between, one of millions of letters keeps whoever recognises cells busy for minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from expertpool.core.reading.messages import Refused

MOST_ROWS = 200_000
MOST_COLUMNS = 300  # a page has a choice for each of them
MOST_CELLS = 20_000_000
LONGEST_CELL = 32_767  # letters; Excel's own limit
MOST_LETTERS = 100_000_000  # of a table: two hundred thousand long rows
LETTERS_OF_A_TOP = 2_000_000  # of the beginning of a sheet, which is gone through column by column
TOO_WIDE = f"最多读 {MOST_COLUMNS} 列，请选中右边不用的列，右键删除，另存后再上传。"


def check_extent(row: int, columns: int) -> None:
    """Refuse a sheet with something in ``row`` that is ``columns`` wide, if that is too far."""
    if row > MOST_ROWS:
        raise Refused(
            f"表格有 {row} 行，最多读 {MOST_ROWS} 行。请分成几个文件；如果下面是空行，请选中后右键"
            "删除这些行，另存后再上传。"
        )
    if row * columns > MOST_CELLS:
        raise Refused(
            f"表格范围太大：到第 {row} 行、第 {columns} 列还有内容。请选中右边和下面不用的列和行，"
            "右键删除，另存后再上传。"
        )


def bounded(cells: list[Any]) -> list[Any]:
    """Return the cells of a row that may be read; of one that is wide, without the empty ones on the
    right. Refuses what is too wide even so."""
    if len(cells) <= MOST_COLUMNS:
        return cells
    width = next((at for at in range(len(cells), 0, -1) if cells[at - 1] not in ("", None)), 0)
    if width > MOST_COLUMNS:
        raise Refused(f"表格有 {width} 列。{TOO_WIDE}")
    return cells[:width]


Numbered = tuple[int, list[Any]]


def _lengths(cells: list[Any]) -> list[int]:
    """Return how many letters stand in each cell of text."""
    return [len(cell) for cell in cells if cell.__class__ is str]


def few_letters(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    """Yield ``rows`` as they are; refuses a cell of more letters than Excel keeps, and a table of too
    many."""
    total = 0
    for number, cells in rows:
        lengths = _lengths(cells)
        if lengths and max(lengths) > LONGEST_CELL:
            raise Refused(
                f"第 {number} 行有一格超过 {LONGEST_CELL:,} 个字，Excel 也存不下。请检查这一行，删去多余的"
                "内容，另存后再上传。"
            )
        total += sum(lengths)
        if total > MOST_LETTERS:
            raise Refused(f"表格的文字太多，到第 {number} 行已超过一亿字。请分成几个文件。")
        yield number, cells


def beginning(rows: Iterable[Numbered]) -> list[Numbered]:
    """Return the first of ``rows`` as far as they are not too much to be gone through."""
    taken, total = list[Numbered](), 0
    for number, cells in few_letters(rows):
        total += sum(_lengths(cells))
        if taken and total > LETTERS_OF_A_TOP:
            break
        taken.append((number, cells))
    return taken
