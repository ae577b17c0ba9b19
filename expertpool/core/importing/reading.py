"""Reading tables from files: .xlsx, .xls and .csv, row by row."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

from expertpool.core.reading.apart import Reading, answers
from expertpool.core.reading.messages import Refused

Numbered = tuple[int, list[Any]]
SUFFIXES = (".xlsx", ".xls", ".csv")
TABLE = Reading("table")


class UnreadableFile(ValueError):
    """A file that is no table we can read; the text says what to do."""


def read_rows(file: Path | bytes | IO[bytes], *, suffix: str = "") -> Generator[Numbered]:
    """Yield (row number as Excel shows it, cells) of the first sheet that holds anything.

    ``suffix`` is the ending of the name that the user gave the file, if it is kept under another.
    Formulas come as the value that was saved with them. Raises UnreadableFile.
    """
    kind = (suffix or (file.suffix if isinstance(file, Path) else "")).lower()
    if kind not in SUFFIXES:
        raise UnreadableFile("只能读取 .xlsx、.xls 或 .csv 文件，请另存为其中一种。")
    return _rows(file, kind)


def _rows(file: Path | bytes | IO[bytes], kind: str) -> Generator[Numbered]:
    try:
        for block in answers(TABLE, file, kind=kind):
            yield from ((number, cells) for number, cells in block)
    except Refused as refused:
        raise UnreadableFile(*refused.problems) from None
    except OSError:
        raise UnreadableFile("文件打不开，请重新上传。") from None
