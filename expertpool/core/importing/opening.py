"""A file as a table with recognised columns, where nobody can be asked."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from expertpool.core.importing.finding import Header, below, find_header
from expertpool.core.importing.importer import Importer
from expertpool.core.importing.memory import HEADER, remembered
from expertpool.core.importing.reading import MADE, Numbered, UnreadableFile
from expertpool.core.importing.shapes import rows_of, tops_of
from expertpool.core.importing.ticks import Ticked
from expertpool.core.scanning import ScanRefused, scan


def scan_table(file: IO[bytes] | Any, *, name: str, actor: Any, now: datetime) -> None:
    """Refuse (UnreadableFile) what the virus scanner refuses."""
    try:
        scan(file, name=name, door="导入名单", user_id=actor.pk if actor else None, now=now)
    except ScanRefused as refusal:
        raise UnreadableFile(str(refusal)) from None


@contextmanager
def open_table(
    importer: type[Importer], path: Path, *, user: Any = None, titles: list[str] | None = None
) -> Generator[tuple[Header, Generator[Numbered]]]:
    """Give the header of a file and the rows below it; ``user`` is whose memory of headers counts; what
    stands alone above the header joins the ``titles`` as the rows are read.

    Raises UnreadableFile for what is no table or lacks a required column.
    """
    said = remembered(user, importer.code).get(HEADER, {})
    columns = importer.get_columns(user)
    tops = tops_of(columns, path)
    found = find_header(columns, tops, said)
    header, _ = importer.read_list(found)
    if header.sheet in MADE and tops[0]["unread"]:
        raise UnreadableFile(f"工作表太多，最后 {tops[0]['unread']} 张没有读，请分成几个文件。")
    if header.above:
        raise UnreadableFile(
            f"第 {header.above} 行和第 {header.row} 行各有一个表头，请分成两个文件，或删去不导入的一张。"
        )
    if header.missing:
        raise UnreadableFile(f"表中没有必填的列：{'、'.join(header.missing)}。")
    with closing(rows_of(columns, path, sheet=header.sheet)) as rows:
        ticked = Ticked(columns, header.cells, header.codes)
        listed = below(rows, header.row, header.cells, titles)
        yield replace(header, codes=ticked.codes), ticked.rows(listed)  # type: ignore[misc]
