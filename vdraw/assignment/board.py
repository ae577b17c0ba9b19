"""Who judges what, and the search that gives an item one more expert (PROTOCOL.md, section 16)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vdraw.assignment.rule import Item, Judge

# Items and experts are positions in what was sealed.
Ranked = Callable[[int, Iterable[int]], Sequence[int]]
"""Asked with an item and experts: the experts in the order in which they are tried for it."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Items that together lack ``lack`` experts: they want ``wanted``, and those who may judge them
    (``experts``) can take ``places`` of them at most."""

    items: tuple[int, ...]
    experts: tuple[int, ...]
    wanted: int
    places: int

    @property
    def lack(self) -> int:
        return self.wanted - self.places


class Board:
    """A working copy of one assignment; nothing outside the engine sees it."""

    def __init__(
        self,
        items: Sequence[Item],
        reviewers: Sequence[Judge],
        per_expert: int,
        held: Sequence[Iterable[int]],
        barred: Iterable[tuple[int, int]],
        absent: Iterable[int],
    ) -> None:
        self._items = items
        self._cap = per_expert
        self.held = [set(row) for row in held]
        self.holders: list[set[int]] = [set() for _ in items]
        # What this event gives, in the order in which each got it: only that is handed on.
        self.given: list[list[int]] = [[] for _ in reviewers]
        self._load = [len(row) for row in self.held]
        away = {*absent}
        self._fit: dict[str, list[int]] = {item.class_id: [] for item in items}
        self._barred = [set[int]() for _ in reviewers]
        for one, item in barred:
            self._barred[one].add(item)
        # Experts of the same classes are of a kind; of each the items given, by their class.
        self._kind = [reviewer.classes for reviewer in reviewers]
        self._of_kind: dict[tuple[str, ...], list[int]] = {}
        self._given_in: dict[tuple[str, ...], Counter[str]] = {}
        for one, kind in enumerate(self._kind):
            if one not in away:
                self._of_kind.setdefault(kind, []).append(one)
                self._given_in.setdefault(kind, Counter())
                for class_id in kind:
                    self._fit.get(class_id, []).append(one)
        for one, row in enumerate(self.held):
            for item in row:
                self.holders[item].add(one)

    def free_in(self, item: int) -> int:
        return self._items[item].experts - len(self.holders[item])

    def fill(self, turns: Iterable[int], rank: Ranked) -> None:
        """Give each item of ``turns`` in turn as many experts as it wants, while there are any."""
        for item in turns:
            while self.free_in(item) > 0 and self._place(item, rank):
                pass

    def shortages(self) -> tuple[Shortage, ...]:
        """After `fill`: the sets of items that fall short together. Items that could pass on an expert
        to one left short fall short with it."""
        sets: list[tuple[set[int], set[int]]] = []
        for item in range(len(self._items)):
            if self.free_in(item) > 0 and not any(item in known for known, _ in sets):
                items, experts = self._reach(item)
                for other in [one for one in sets if one[0] & items]:
                    sets.remove(other)
                    items, experts = items | other[0], experts | other[1]
                sets.append((items, experts))
        return tuple(self._shortage(items, experts) for items, experts in sets)

    def _shortage(self, items: set[int], experts: set[int]) -> Shortage:
        holders = {one for item in items for one in self.holders[item]}
        wanted = sum(self._items[item].experts for item in items)
        return Shortage(
            items=tuple(sorted(items)),
            experts=tuple(sorted(experts | holders)),
            wanted=wanted,
            places=wanted - sum(self.free_in(item) for item in items),
        )

    def _may_take(self, one: int, item: int) -> bool:
        return item not in self.held[one] and item not in self._barred[one]

    def _place(self, item: int, rank: Ranked) -> bool:
        """Give the item one more expert, or several who are next in turn: each time whoever of those in
        reach has least, of several the first reached; hand on what has to be. Nothing changes where nobody
        can be reached."""
        floor = self._least_in_reach(item)
        if floor >= self._cap:
            return False
        # Nobody has less: of those who have that much the first is right, and the others' tickets
        # need not be known.
        least = [one for one in self._fit[self._items[item].class_id]
                 if self._load[one] == floor and self._may_take(one, item)]  # fmt: skip
        if least:
            # The others of them still have least once the first has it: one order serves for all.
            for one in rank(item, least)[: self.free_in(item)]:
                self._give(one, item)
            return True
        return self._search(item, rank, floor)

    def _least_in_reach(self, item: int) -> int:
        """Whom a search may reach at all holds no less than this: told by classes, without bars."""
        classes, kinds = [self._items[item].class_id], set[tuple[str, ...]]()
        least = self._cap
        for class_id in classes:
            for kind, rows in self._of_kind.items():
                if class_id in kind and kind not in kinds:
                    kinds.add(kind)
                    least = min(least, *map(self._load.__getitem__, rows))
                    more = (key for key, count in self._given_in[kind].items() if count)
                    classes += [key for key in more if key not in classes]
        return least

    def _search(self, item: int, rank: Ranked, floor: int) -> bool:
        by: dict[int, int] = {}  # through which item an expert was reached
        giver: dict[int, int] = {}  # through whom an item came into reach
        best: int | None = None
        queue, waiting = [item], {key: [*row] for key, row in self._fit.items()}
        for at in queue:
            class_id = self._items[at].class_id
            reached = [one for one in waiting[class_id]
                       if one not in by and self._may_take(one, at)]  # fmt: skip
            if not reached:
                continue
            for one in rank(at, reached):
                by[one] = at
                load = self._load[one]
                if load < self._cap and (best is None or load < self._load[best]):
                    best = one
                    if load == floor:
                        break
                for other in self.given[one]:
                    if other != item and other not in giver:
                        giver[other] = one
                        queue.append(other)
            else:
                waiting[class_id] = [one for one in waiting[class_id] if one not in by]
                continue
            break
        if best is None:
            return False
        taker, at = best, by[best]
        while at != item:
            hander = giver[at]
            self._take(hander, at)
            self._give(taker, at)
            taker, at = hander, by[hander]
        self._give(taker, item)
        return True

    def _reach(self, item: int) -> tuple[set[int], set[int]]:
        """The items whose experts could be moved, directly or by a chain, to ``item``, and the experts
        who are reached on the way."""
        items, experts, queue = {item}, set[int](), [item]
        for at in queue:
            for one in self._fit[self._items[at].class_id]:
                if one in experts or not self._may_take(one, at):
                    continue
                experts.add(one)
                more = [other for other in self.given[one] if other not in items]
                items.update(more)
                queue += more
        return items, experts

    def _give(self, one: int, item: int) -> None:
        self.held[one].add(item)
        self._load[one] += 1
        self._given_in[self._kind[one]][self._items[item].class_id] += 1
        self.given[one].append(item)
        self.holders[item].add(one)

    def _take(self, one: int, item: int) -> None:
        self.held[one].remove(item)
        self._load[one] -= 1
        self._given_in[self._kind[one]][self._items[item].class_id] -= 1
        self.given[one].remove(item)
        self.holders[item].remove(one)
