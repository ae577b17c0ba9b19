"""How far a table may reach: a cell in the last corner makes readers take memory for all between."""

from __future__ import annotations

from typing import Any

from expertpool.core.reading.messages import Refused

MOST_ROWS = 200_000
MOST_COLUMNS = 300  # a page has a choice for each of them
MOST_CELLS = 20_000_000
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
