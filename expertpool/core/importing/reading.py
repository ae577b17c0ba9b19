"""Reading tables from files: those of Excel, WPS and LibreOffice, and texts, row by row."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

from expertpool.core.reading.apart import Reading, answer, answers
from expertpool.core.reading.messages import Refused

Numbered = tuple[int, list[Any]]
Top = dict[
    str, Any
]  # the beginning of a sheet: "name", "rows", "cut" (more follow), "hidden" (places of columns), "hidden_rows" (numbers), "open_quote" (a row of a text)
Look = dict[str, Any]  # what a sheet is as a whole: `core.reading` knows what stands in it
File = Path | bytes | IO[bytes]
SUFFIXES = (".xlsx", ".xls", ".xlsm", ".et", ".ods", ".csv", ".tsv", ".txt")
READ = ".xlsx、.xls、.et、.ods、.csv 或 .txt"
TABLE, TOPS = Reading("table"), Reading("tops")
# Tables that `shapes` makes of what is none; no sheet of a workbook may be called so.
FORMS, SIDEWAYS = "[登记表]", "[横排的表]"
MADE = frozenset((FORMS, SIDEWAYS))
MOST = 300  # rows of the beginning of a sheet


class UnreadableFile(ValueError):
    """A file that is no table we can read; the text says what to do."""


def read_rows(
    file: File, *, suffix: str = "", sheet: str = "", look: Look | None = None
) -> Generator[Numbered]:
    """Yield (row number as Excel shows it, cells from the first column) of a ``sheet``; without a
    name, of the first that holds anything.

    ``suffix`` is the ending of the name that the user gave the file, if it is kept under another.
    Formulas come as the value that was saved with them. Raises UnreadableFile.

    An empty ``look`` gets what the sheet was found to be as a whole. With what another reading of the file got so, the
    rows come as they are read, and not only after the last one.
    """
    return _rows(file, _kind(file, suffix), sheet, {} if look is None else look)


def read_tops(file: File, *, suffix: str = "", most: int = MOST) -> list[Top]:
    """Return the beginning of each visible sheet, ``most`` rows of it, without empty ones. Raises UnreadableFile."""
    kind = _kind(file, suffix)
    try:
        tops: list[Top] = answer(TOPS, file, kind=kind, most=most)
    except Refused as refused:
        raise UnreadableFile(*refused.problems) from None
    except OSError:
        raise UnreadableFile("文件打不开，请重新上传。") from None
    return tops


def _kind(file: File, suffix: str) -> str:
    kind = (suffix or (file.suffix if isinstance(file, Path) else "")).lower()
    if kind not in SUFFIXES:
        raise UnreadableFile(f"只能读取 {READ} 文件，请另存为其中一种。")
    return kind


def _rows(file: File, kind: str, sheet: str, look: Look) -> Generator[Numbered]:
    try:
        for block in answers(TABLE, file, kind=kind, sheet=sheet, look=look):
            if isinstance(block, dict):
                look |= block
                continue
            yield from ((number, cells) for number, cells in block)
    except Refused as refused:
        raise UnreadableFile(*refused.problems) from None
    except OSError:
        raise UnreadableFile("文件打不开，请重新上传。") from None
