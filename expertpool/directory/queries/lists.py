"""Levels of titles, and the plain lists."""

from __future__ import annotations

from expertpool.core.prepared import Given, Prepared
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import DictionaryItem, Title

# Lists have the level where a title is meant.
_LEVELS = {
    word: level
    for level in TitleLevel
    if level
    for word in (level.label, f"{level.label.removesuffix('级')}级")
}


def title_level(name: str) -> TitleLevel:
    """Return the level of a title as it is written, or of a word for a level; NONE for another one."""
    level = Title.objects.filter(name=name.strip()).values_list("level", flat=True).first()
    return TitleLevel(level or _LEVELS.get(name.strip(), TitleLevel.NONE))


def title_levels() -> dict[str, TitleLevel]:
    """Return the levels of all titles by name, and of the words for levels (for imports)."""
    return _LEVELS | {
        name: TitleLevel(level) for name, level in Title.objects.values_list("name", "level")
    }


def dictionary_names(dictionary: DictionaryCode) -> list[str]:
    """Return the active entries of a list, in order."""
    return _names.all(dictionary=str(dictionary))


_names = Prepared(
    lambda: DictionaryItem.objects.filter(dictionary=Given("dictionary"), active=True).values_list(
        "name", flat=True
    )
)
