"""The tokens by which experts are found: of a name two characters suffice, pinyin initials too."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product

from expertpool.experts.queries.tokens import MOST_CHARS, specialty_token, text_tokens

MOST_READINGS = 16  # of one name; more come only from long names of rare characters


def search_tokens(name: str, specialties: Iterable[int]) -> list[str]:
    """Return the tokens of an expert: those of his ``name`` and one for each of ``specialties``
    (ids) that he holds."""
    return [*_name_tokens(name), *map(specialty_token, sorted(specialties))]


@lru_cache(maxsize=20_000)
def _name_tokens(name: str) -> list[str]:
    """Return the tokens of ``name``, sorted: its characters and pairs of characters, its Latin
    words and their beginnings, its pinyin initials and their beginnings in every reading."""
    return sorted(text_tokens(name) | _initials(name))


def _initials(name: str) -> set[str]:
    letters = [_letters(char) for char in name[:MOST_CHARS] if char.isalnum()]
    readings = {"".join(reading) for reading in islice(product(*letters), MOST_READINGS)}
    return {reading[:end] for reading in readings for end in range(1, len(reading) + 1)}


@lru_cache(maxsize=8_000)
def _letters(char: str) -> tuple[str, ...]:
    """Return the first letters of all readings of ``char``, the usual one first (单: d, s, c)."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its words: most programs read none

    readings = pinyin(char, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(dict.fromkeys(reading[:1].lower() for reading in readings))
