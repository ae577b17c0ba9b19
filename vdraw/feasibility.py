"""Pre-query: can the groups be filled from the people at hand, and which together cannot."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vdraw.rule import Group


@dataclass(frozen=True, slots=True)
class Shortage:
    """Groups that share their candidates and together lack ``lack`` experts."""

    groups: tuple[str, ...]
    seats: int
    candidates: int

    @property
    def lack(self) -> int:
        return self.seats - self.candidates


@dataclass(frozen=True, slots=True)
class Feasibility:
    """``total`` counts people once; ``by_level`` maps group id → level → people."""

    total: int
    by_level: Mapping[str, Mapping[int, int]]
    shortages: tuple[Shortage, ...]

    @property
    def is_feasible(self) -> bool:
        return not self.shortages

    def count_in(self, group_id: str) -> int:
        """How many people meet the group at any level."""
        return sum(self.by_level[group_id].values())


def check_feasibility(
    groups: Sequence[Group], candidates: Iterable[Mapping[str, int]]
) -> Feasibility:
    """Count the candidates (group id → level each) and find every set of groups that falls short.

    Units are not looked at: with a unit cap fewer may be seatable than this says.
    """
    kinds: Counter[frozenset[str]] = Counter()
    by_level: dict[str, Counter[int]] = {group.id: Counter() for group in groups}
    for fits in candidates:
        # Who fits the same groups is alike: kinds are assigned below, of which there are few.
        kinds[frozenset(fits)] += 1
        for group_id, level in fits.items():
            by_level[group_id][level] += 1
    return Feasibility(
        total=kinds.total(),
        by_level={key: dict(sorted(counts.items())) for key, counts in by_level.items()},
        shortages=_find_shortages(groups, kinds),
    )


def _find_shortages(
    groups: Sequence[Group], kinds: Mapping[frozenset[str], int]
) -> tuple[Shortage, ...]:
    """Hall violators. Groups that can pass on seats to a group left short fall short with it."""
    seats = {group.id: group.seats for group in groups}
    given = _fill(seats, kinds)
    open_seats = {key: seats[key] - sum(given[key].values()) for key in seats}
    sets: list[set[str]] = []
    for group_id in seats:
        if open_seats[group_id] > 0:
            joined = _reach(group_id, given, kinds)
            for other in [known for known in sets if known & joined]:
                sets.remove(other)
                joined |= other
            sets.append(joined)
    return tuple(
        Shortage(
            groups=tuple(key for key in seats if key in members),
            seats=sum(seats[key] for key in members),
            candidates=sum(count for kind, count in kinds.items() if kind & members),
        )
        for members in sets
    )


Given = dict[str, Counter[frozenset[str]]]


def _fill(seats: Mapping[str, int], kinds: Mapping[frozenset[str], int]) -> Given:
    """A maximum assignment: for each group, how many people of each kind sit there."""
    given: Given = {key: Counter() for key in seats}
    spare = Counter(dict(kinds))
    for group_id, wanted in seats.items():
        for _ in range(wanted):
            if not _take(group_id, given, spare, {group_id}):
                break
    return given


def _take(group_id: str, given: Given, spare: Counter[frozenset[str]], visited: set[str]) -> bool:
    """Bring one more person into the group, from the spare ones or out of another group."""
    kind = next((kind for kind, left in spare.items() if left and group_id in kind), None)
    if kind is not None:
        spare[kind] -= 1
        given[group_id][kind] += 1
        return True
    for other, sitting in given.items():
        moving = next((kind for kind, n in sitting.items() if n and group_id in kind), None)
        if other in visited or moving is None:
            continue
        visited.add(other)
        if _take(other, given, spare, visited):
            sitting[moving] -= 1
            given[group_id][moving] += 1
            return True
    return False


def _reach(group_id: str, given: Given, kinds: Mapping[frozenset[str], int]) -> set[str]:
    """The groups whose people could be moved, directly or by a chain, into ``group_id``."""
    reached = {group_id}
    grown = True
    while grown:
        more = {
            other
            for other, sitting in given.items()
            if other not in reached and any(n and kind & reached for kind, n in sitting.items())
        }
        grown = bool(more)
        reached |= more
    return reached
