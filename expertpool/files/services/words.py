"""What a file of Office says, for who reads it in the browser: words and rows without their layout. It is read apart
(docs/decisions/0077); what cannot be read so is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from expertpool.core.reading.apart import Reading, answer
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.turns import Busy
from expertpool.files.exceptions import FileBusy, FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import opened, preview_kind

MOST_ROWS, MOST_COLUMNS = 200, 30
MOST_TEXT = 300_000  # bytes of a plain text
_WORDS, _TABLE = Reading("words", memory=768), Reading("tops")


@dataclass(frozen=True)
class Words:
    """``blocks``: ``kind`` (heading, text, rows) and what it ``is``; ``cut``: the file has more."""

    blocks: Sequence[dict[str, Any]]
    cut: bool


def words_of(attachment: Attachment) -> Words:
    """Return what ``attachment`` says (`preview_kind` is words, rows or text). Refuses (FileRefused) what cannot be
    opened or read; FileBusy where too many are."""
    kind, ending = preview_kind(attachment), attachment.name.rpartition(".")[2].lower()
    try:
        with opened(attachment) as opened_file:
            file: Any = opened_file
            if kind == "text":
                return _plain(file.read(MOST_TEXT + 1))
            if kind == "rows":
                return _rows(answer(_TABLE, file, kind=f".{ending}", most=MOST_ROWS + 1))
            found = answer(_WORDS, file, kind=ending)
    except Busy as busy:
        raise FileBusy(*busy.problems) from None
    except Refused as refused:
        raise FileRefused("；".join(refused.problems)) from None
    return Words(found["blocks"], found["cut"])


def _plain(content: bytes) -> Words:
    text, cut = content[:MOST_TEXT], len(content) > MOST_TEXT
    try:
        said = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = text.decode("gb18030", "replace")
    return Words([{"kind": "text", "is": said}], cut)


def _rows(tops: Sequence[dict[str, Any]]) -> Words:
    blocks, cut = list[dict[str, Any]](), False
    for top in tops:
        rows = [[_cell(cell) for cell in cells[:MOST_COLUMNS]] for _, cells in top["rows"]]
        cut = (
            cut
            or len(rows) > MOST_ROWS
            or any(len(cells) > MOST_COLUMNS for _, cells in top["rows"])
        )
        blocks += [{"kind": "heading", "is": top["name"]}, {"kind": "rows", "is": rows[:MOST_ROWS]}]
    return Words(blocks, cut)


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
