"""Levels of titles, and the plain lists."""

from __future__ import annotations

from django.db import models

from expertpool.core.criteria import KeptWord
from expertpool.core.prepared import Given, Prepared
from expertpool.directory.enums import DictionaryCode, TitleLevel
from expertpool.directory.models import DictionaryItem, Division, Specialty, Title, Unit

# What the lists are called where a condition takes its values from one (`criteria.Field.kept_list`).
TITLES, SPECIALTIES, DIVISIONS = "directory.title", "directory.specialty", "directory.division"
UNITS = "directory.unit"

# Lists have the level where a title is meant.
_LEVELS = {
    word: level
    for level in TitleLevel
    if level
    for word in (level.label, f"{level.label.removesuffix('级')}级")
}


def list_called(dictionary: DictionaryCode) -> str:
    return f"directory.item.{dictionary}"


def kept_word(row: models.Model) -> KeptWord | None:
    """Return the word that conditions may name ``row`` by; None: none does, or not any more."""
    if isinstance(row, Title):
        return KeptWord(TITLES, row.name)
    if isinstance(row, DictionaryItem):
        kept_list = list_called(DictionaryCode(row.dictionary))
        return KeptWord(kept_list, row.name) if row.active else None
    # These are named by their keys, whatever they are called.
    for model, name in ((Specialty, SPECIALTIES), (Division, DIVISIONS), (Unit, UNITS)):
        if isinstance(row, model):
            return KeptWord(name, str(row.pk))
    return None


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
