"""Who keeps conditions: each app declares what finds its own, for the question before a field or a word of a list goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from expertpool.core.catalogue import Catalogue
from expertpool.core.criteria.registry import all_criteria

MOST_NAMED = 5  # in a question


@dataclass(frozen=True)
class CriteriaUse:
    """``mentions`` names, in words (抽取方案 of 项目…), what asks a field of (subject, code, values): with values
    only what asks for one of them. A question names first what has the lowest ``order``."""

    code: str
    mentions: Callable[[str, str, Sequence[Any]], Sequence[str]]
    order: int


CRITERIA_USES: Catalogue[CriteriaUse] = Catalogue("keeper of conditions")


@dataclass(frozen=True)
class KeptWord:
    """A row of a list that the office keeps: which list (`criteria.Field.kept_list`), and the value by which
    conditions name it."""

    kept_list: str
    value: Any


def mentions(subject: str, code: str, values: Sequence[Any] = ()) -> list[str]:
    """Return what will not work as it did once the field ``code`` of ``subject`` (one of ``values``) is gone."""
    uses = sorted(CRITERIA_USES, key=lambda use: use.order)
    return [name for use in uses for name in use.mentions(subject, code, values)]


def mentions_of(word: KeptWord) -> list[str]:
    """Return the same of a word, by all fields that take theirs from its list; each once."""
    found = (
        name
        for subject, field in all_criteria()
        if field.kept_list == word.kept_list
        for name in mentions(subject, field.code, [word.value])
    )
    return list(dict.fromkeys(found))


def told(named: Sequence[str]) -> str:
    """Return them as part of a sentence: the first, and of how many."""
    more = f"等 {len(named)} 处" if len(named) > MOST_NAMED else ""
    return "、".join(named[:MOST_NAMED]) + more
