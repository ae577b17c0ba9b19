"""By what Latin letters a name is found: its words, and its pinyin initials in every reading."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice, product

MOST_CHARS = 8  # of what is kept, and compared of what somebody types
MOST_READINGS = 16  # of one name; more come only from long names of rare characters
LATIN = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=20_000)
def words_of(name: str) -> str:
    """Return by what Latin letters find ``name``: its pinyin initials in every reading, and its Latin words."""
    letters = [_letters(char) for char in name[:MOST_CHARS] if char.isalnum()]
    readings = {"".join(reading) for reading in islice(product(*letters), MOST_READINGS)}
    latin = {word[:MOST_CHARS] for word in LATIN.findall(name.lower())}
    return " ".join(sorted(filter(None, readings | latin)))


@lru_cache(maxsize=8_000)
def _letters(char: str) -> tuple[str, ...]:
    """Return the first letters of all readings of ``char``, the usual one first (单: d, s, c)."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its words: most programs read none

    readings = pinyin(char, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(dict.fromkeys(reading[:1].lower() for reading in readings))
