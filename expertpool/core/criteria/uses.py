"""Who keeps conditions: each app declares what finds its own, for the question before a field or a word of a list goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from expertpool.core.catalogue import Catalogue
from expertpool.core.criteria.registry import all_criteria

MOST_NAMED = 5  # in a question


class Unseen(str):
    """What somebody may not see: counted, never shown."""

    __slots__ = ()


def as_seen(words: str, is_seen: bool) -> str:
    return words if is_seen else Unseen(words)


@dataclass(frozen=True)
class CriteriaUse:
    """``mentions`` names, in words (抽取方案 of 项目…), what asks a field of (subject, code, values, viewer): with values
    only what asks for one of them; what the viewer may not see as `Unseen`. A question names first what has the lowest
    ``order``."""

    code: str
    mentions: Callable[[str, str, Sequence[Any], Any], Sequence[str]]
    order: int


CRITERIA_USES: Catalogue[CriteriaUse] = Catalogue("keeper of conditions")


@dataclass(frozen=True)
class KeptWord:
    """A row of a list that the office keeps: which list (`criteria.Field.kept_list`), and the value by which
    conditions name it."""

    kept_list: str
    value: Any


def mentions(subject: str, code: str, values: Sequence[Any] = (), *, viewer: Any) -> list[str]:
    """Return what will not work as it did once the field ``code`` of ``subject`` (one of ``values``) is gone; for
    `told`, which names to ``viewer`` what he may see. Nobody sees nothing of it."""
    uses = sorted(CRITERIA_USES, key=lambda use: use.order)
    return [name for use in uses for name in use.mentions(subject, code, values, viewer)]


def mentions_of(word: KeptWord, viewer: Any) -> list[str]:
    """Return the same of a word, by all fields that take theirs from its list; each once."""
    found = (
        name
        for subject, field in all_criteria()
        if field.kept_list == word.kept_list
        for name in mentions(subject, field.code, [word.value], viewer=viewer)
    )
    return list(dict.fromkeys(found))


def told(named: Sequence[str]) -> str:
    """Return them as part of a sentence: the first, of how many, and how many more there are that the viewer does not
    see: which project asks for what is no matter of whoever keeps the lists (docs/decisions/0479)."""
    seen = [one for one in named if not isinstance(one, Unseen)]
    rest = len(named) - len(seen)
    more = f"等 {len(seen)} 处" if len(seen) > MOST_NAMED else ""
    text = "、".join(seen[:MOST_NAMED]) + more
    if not rest:
        return text
    return f"{text}，另有 {rest} 处您看不到的" if text else f"有 {rest} 处您看不到的"
