"""Levels of titles, and the plain lists."""

from __future__ import annotations

from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import DictionaryItem, Title


def title_level(name: str) -> TitleLevel:
    """Return the level of a title as it is written; NONE for one that is not in the table."""
    level = Title.objects.filter(name=name.strip()).values_list("level", flat=True).first()
    return TitleLevel(level or TitleLevel.NONE)


def title_levels() -> dict[str, TitleLevel]:
    """Return the levels of all titles by name (for imports)."""
    return {name: TitleLevel(level) for name, level in Title.objects.values_list("name", "level")}


def dictionary_names(dictionary: DictionaryCode) -> list[str]:
    """Return the active entries of a list, in order."""
    rows = DictionaryItem.objects.filter(dictionary=dictionary, active=True)
    return list(rows.values_list("name", flat=True))
