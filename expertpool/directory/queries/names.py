"""New names of one list that may be one unit's: compared with each other before any of them is kept."""

from __future__ import annotations

from collections import defaultdict

from expertpool.directory.queries.near import (
    LEAST,
    MOST,
    OTHERWISE,
    are_told_apart,
    may_be_one,
)
from expertpool.directory.validators import (
    before_bracket,
    core_of,
    normalise_unit_name,
    writings_of,
)

MOST_NAMES = 2_000  # that are compared
COMMON = 100  # names that share three letters; by these alone nobody is found


class NewNames:
    """The new names of a list. Each is compared with those before it, as the database compares names
    (pg_trgm), by the three letters that not all of them have."""

    def __init__(self) -> None:
        self._names: list[tuple[str, str, str, frozenset[str]]] = []
        self._having: dict[str, list[int]] = defaultdict(list)

    def add(self, name: str, uscc: str) -> list[str]:
        """Take in a name; return the earlier ones that may be the same unit's, the nearest first."""
        if len(self._names) >= MOST_NAMES:
            return []
        core = core_of(name)
        threes = _threes(core)
        bare = before_bracket(name)
        candidates = {
            at for three in threes if len(having := self._having[three]) <= COMMON for at in having
        }
        near = sorted(
            (-likeness, at)
            for at in candidates
            if (likeness := self._likeness(at, core, uscc, threes, bare)) >= LEAST
        )
        at = len(self._names)
        self._names.append((name, uscc, core, threes))
        for three in threes:
            self._having[three].append(at)
        named: dict[str, str] = {}  # two writings of a name are one unit
        for _, one in near:
            other = self._names[one][0]
            named.setdefault(normalise_unit_name(other), other)
        named.pop(normalise_unit_name(name), None)
        return list(named.values())[:MOST]

    def _likeness(self, at: int, core: str, uscc: str, threes: frozenset[str], bare: str) -> float:
        written, code, other, others = self._names[at]
        # One code is one unit already.
        if (code and code == uscc) or not may_be_one(code, uscc) or are_told_apart(core, other):
            return 0
        if core_of(bare) == other or core_of(before_bracket(written)) == core:
            return OTHERWISE  # one is the other with a campus or a branch in brackets
        return OTHERWISE if other in writings_of(core) else _share(threes, others)


def is_near_name(one: str, other: str) -> bool:
    """Tell whether two names may be one unit's, as `near_units` finds them."""
    core, other_core = core_of(one), core_of(other)
    if core == other_core or other_core in writings_of(core):
        return True
    likeness = _share(_threes(core), _threes(other_core))
    return likeness >= LEAST and not are_told_apart(core, other_core)


def _share(threes: frozenset[str], others: frozenset[str]) -> float:
    return len(threes & others) / len(threes | others)


def _threes(core: str) -> frozenset[str]:
    padded = f"  {core} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
