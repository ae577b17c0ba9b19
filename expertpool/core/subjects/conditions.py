"""Fields that a record has only while another of its fields says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from expertpool.core.subjects.kinds import Choice, Flag, Kind, Words

ValueOf = Callable[[str], Any]  # the code of a field → the value that a record has, or would have


@dataclass(frozen=True)
class ShownWhen:
    """That the field ``code`` has one of ``words``, as it reads."""

    code: str
    words: tuple[str, ...]

    def holds(self, kind: Kind, value: Any) -> bool:
        """Tell whether ``value`` of the field, which is of ``kind``, is one of these."""
        if isinstance(kind, Words):
            return not set(value or ()).isdisjoint(self.words)
        return kind.word(value) in self.words

    def posted(self, kind: Kind) -> list[str]:
        """Return the same as a form posts them, for the script of the page."""
        if isinstance(kind, Choice):
            return [str(value) for value, word in kind.pairs if word in self.words]
        return list(self.words)


def can_decide(kind: Kind) -> bool:
    """Tell whether the words of ``kind`` are fixed, so that another field may wait for one of them."""
    return isinstance(kind, Choice | Words | Flag)


def choices_of(kind: Kind) -> list[str]:
    """Return the words of a kind that can decide."""
    return list(kind.known) if isinstance(kind, Words) else list(kind.options)


def let_wait(inputs: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    """Tell the ``inputs`` of a form (by the names of their ``declared`` fields) what they wait for there."""
    names = {one.code: name for name, one in declared.items()}
    for name, one in declared.items():
        when = one.shown_when
        if when is not None and when.code in names and name in inputs:
            waited = names[when.code]
            inputs[name].shown_when = [waited, when.posted(declared[waited].kind)]


def applies(fields: Mapping[str, Any], code: str, value_of: ValueOf) -> bool:
    """Tell whether a record whose values ``value_of`` gives has the field ``code``: what it waits for is
    so, and is itself a field that the record has. One that waits for a field that is gone is there."""
    seen: set[str] = set()
    while (when := fields[code].shown_when) is not None and when.code not in seen:
        waited = fields.get(when.code)
        if waited is None or waited.is_retired:
            return True
        if not when.holds(waited.kind, value_of(when.code)):
            return False
        seen.add(when.code)
        code = when.code
    return True
