"""Which characters documents can be set in: one that no font has is an empty box on paper, and typst says nothing of it."""

from __future__ import annotations

import mmap
import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from expertpool.core.documents.fonts import files, stamp

# Nobody looks for these on paper: controls, blanks, what only says how others are drawn.
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_COLLECTION = b"ttcf"
_BASIC, _WHOLE = 4, 12  # forms of the table that says which characters a font has


class Lacking(NamedTuple):
    """Whose text has which characters that are empty boxes on paper."""

    whose: str
    characters: str

    def __str__(self) -> str:
        # Screens may not have them either: the number says which they are.
        told = "、".join(f"「{one}」（U+{ord(one):04X}）" for one in self.characters)
        return f"{self.whose}：{told}"


def lacking(text: str) -> str:
    """Return the characters of ``text`` that no font of documents has, each once."""
    starts, ends = _covered(stamp())

    def has(character: str) -> bool:
        at = bisect_right(starts, ord(character)) - 1
        return at >= 0 and ord(character) <= ends[at]

    seen = filter(_is_seen, dict.fromkeys(unicodedata.normalize("NFC", text)))
    return "".join(one for one in seen if not has(one))


def lacking_in(texts: Iterable[tuple[str, str]]) -> list[Lacking]:
    """Return of ``texts``, pairs of whose and what, those that would have empty boxes, each once."""
    found = (Lacking(whose, lacking(text)) for whose, text in texts)
    return list(dict.fromkeys(one for one in found if one.characters))


def _is_seen(character: str) -> bool:
    chooses = any(ord(character) in some for some in _SELECTORS)
    return not chooses and unicodedata.category(character) not in _UNSEEN


@lru_cache(maxsize=1)
def _covered(_stamp: object) -> tuple[list[int], list[int]]:
    """Return where the stretches of characters that some font has begin, and where they end."""
    starts, ends = list[int](), list[int]()
    for start, end in sorted(one for path, index in files() for one in _stretches(path, index)):
        if ends and start <= ends[-1] + 1:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _stretches(path: Path, index: int) -> Iterator[tuple[int, int]]:
    """Yield from where to where the font says that it has characters (OpenType, table ``cmap``)."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        base = _read(">I", content, 12 + 4 * index)[0] if content[:4] == _COLLECTION else 0
        for at in range(base + 12, base + 12 + 16 * _read(">H", content, base + 4)[0], 16):
            if content[at : at + 4] != b"cmap":
                continue
            (table,) = _read(">I", content, at + 8)
            (count,) = _read(">H", content, table + 2)
            for place in range(table + 4, table + 4 + 8 * count, 8):
                yield from _said(content, table + _read(">I", content, place + 4)[0])


def _said(content: mmap.mmap, at: int) -> Iterator[tuple[int, int]]:
    (form,) = _read(">H", content, at)
    if form == _WHOLE:
        (count,) = _read(">I", content, at + 12)
        for place in range(at + 16, at + 16 + 12 * count, 12):
            start, end = _read(">II", content, place)
            yield start, end
    elif form == _BASIC:
        count = _read(">H", content, at + 6)[0] // 2
        ends = _read(f">{count}H", content, at + 14)
        yield from zip(_read(f">{count}H", content, at + 16 + 2 * count), ends, strict=True)


def _read(form: str, content: mmap.mmap, at: int) -> tuple[int, ...]:
    return struct.unpack_from(form, content, at)
