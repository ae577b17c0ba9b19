"""The board: who sits where, and the search that decides who can be seated (step 4)."""

from collections.abc import Callable, Collection, Container, Iterable, Sequence

from vdraw.seal import Sealed

# Experts are positions in ``sealed.candidates``, groups are positions in ``rule.groups``.
Sitting = tuple[tuple[int, ...], ...]


class Board:
    """A working copy of the seats of one draw; nothing outside the engine sees it."""

    __slots__ = ("_fits", "_seats", "_unit_cap", "_unit_counts", "_units", "sitting")

    def __init__(self, sealed: Sealed, sitting: Sitting) -> None:
        self._fits = sealed.fits
        self._seats = [group.seats for group in sealed.rule.groups]
        self._unit_cap = sealed.rule.unit_cap
        self._units = sealed.candidates.units
        self._unit_counts: dict[str, int] = {}
        self.sitting = [list(row) for row in sitting]
        for row in self.sitting:
            for expert in row:
                self._count_unit(expert)

    def free_in(self, group: int) -> int:
        return self._seats[group] - len(self.sitting[group])

    def at_cap(self, expert: int) -> bool:
        """Whether the expert's unit already holds as many seats as the rule allows."""
        if self._unit_cap is None:
            return False
        unit = self._units[expert]
        return unit is not None and self._unit_counts.get(unit, 0) >= self._unit_cap

    def sit(self, expert: int, group: int) -> None:
        """Give the expert a free seat of the group directly."""
        self.sitting[group].append(expert)
        self._count_unit(expert)

    def seat_by_levels(
        self,
        groups: Collection[int],
        ranking: Sequence[int],
        levels: Iterable[int],
        used: Container[int],
        unavailable: Callable[[int], bool],
    ) -> list[int]:
        """Step 4's search over ``ranking`` without ``used``: the newly seated, in seating order.

        It sees no other groups than ``groups``: neither are they filled nor does anybody move there.

        ``unavailable`` is asked only about an expert who would be seated now.
        """
        seated: dict[int, None] = {}
        hidden = set(range(len(self._seats))).difference(groups)
        for level in levels:
            reachable = self._reachable(level, groups)
            for expert in ranking:
                if not reachable:
                    break
                if expert in used or expert in seated:
                    continue
                if not any(at <= level and group in reachable for group, at in self._fits[expert]):
                    continue
                # The cap first: who is asked about in vain becomes a skip in the record.
                if self.at_cap(expert) or unavailable(expert):
                    continue
                # It cannot fail: he fits a reachable group.
                self._search(expert, level, set(hidden))
                self._count_unit(expert)
                seated[expert] = None
                reachable = self._reachable(level, groups)
        return list(seated)

    def _count_unit(self, expert: int) -> None:
        unit = self._units[expert]
        if unit is not None:
            self._unit_counts[unit] = self._unit_counts.get(unit, 0) + 1

    def _reachable(self, level: int, groups: Collection[int]) -> set[int]:
        """Those of ``groups`` from which a chain of moves at levels up to ``level`` ends at a free seat.

        The search succeeds exactly for an expert who fits one of them, so that a large pool
        is not searched in vain.
        """
        reachable = {group for group in groups if self.free_in(group) > 0}
        grown = bool(reachable)
        while grown:
            grown = False
            for group in groups:
                if group not in reachable and any(
                    at <= level and other in reachable
                    for expert in self.sitting[group]
                    for other, at in self._fits[expert]
                ):
                    reachable.add(group)
                    grown = True
        return reachable

    def _search(self, expert: int, level: int, visited: set[int]) -> bool:
        """Kuhn's augmenting path: seat ``expert``, moving others on where that makes room."""
        for group, at in self._fits[expert]:
            if at > level or group in visited:
                continue
            visited.add(group)
            row = self.sitting[group]
            if self.free_in(group) > 0:
                row.append(expert)
                return True
            for sitter in list(row):
                if self._search(sitter, level, visited):
                    row.remove(sitter)
                    row.append(expert)
                    return True
        return False
