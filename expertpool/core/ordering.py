"""Rows in an order that no column has: it is known in memory, as a list of keys.

The database is told no order. A page is found by walking along the list, a block of keys at a time, until enough of
them have fitted; where few fit, or none for a long way, all that fit are gathered and put in order here. Either way
whole rows are read of the page alone (docs/decisions/0570).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet

from expertpool.core.counting import keys_of
from expertpool.core.lookups import Among, Implied, array_of, keys_named

BLOCK = 500  # keys that are asked about first; of a list that is no longer all rows are gathered
SHARE = 8  # the part of the list beyond which a walk takes longer than to gather all; of fewer the places are looked up
STROLL = 5_000  # keys that are walked along before those whom conditions fit are gathered
SPARSE = 4  # numbers to one key beyond which most are no keys


class Places:
    """Where each of ``keys`` stands among them: to put a few of a long list in its order."""

    def __init__(self, keys: Sequence[int]) -> None:
        self.keys = keys
        self._spread = max(keys, default=-1) + 1
        places: Any = {}
        if self._spread <= SPARSE * len(keys):
            places = array("i", [-1]) * self._spread  # four bytes each: a million may be in it
        deque(map(places.__setitem__, keys, range(len(keys))), maxlen=0)
        self._places: dict[int, int] | array[int] = places

    def ordered(self, found: Set[int]) -> tuple[list[int], list[int]]:
        """Return those ``found`` in the order of the keys, and which of them are not there."""
        places = self._places
        here = [key for key in found if key < self._spread]
        if isinstance(places, dict):
            here = [key for key in here if key in places]
        here.sort(key=places.__getitem__)
        known = here[bisect_left(here, 0, key=places.__getitem__) :]
        if len(known) == len(found):  # as nearly always
            return known, []
        return known, list(set(found).difference(known))


@dataclass(frozen=True)
class KeyOrder:
    """An order of rows by what they hold in ``column``, their own key or that of whom they are about: ``places`` gives
    these in their order. Rows that hold the same follow by their own keys; what is not in the list comes last, however it
    is turned."""

    places: Callable[[], Places]
    column: str = "pk"

    def of(self, rows: QuerySet[Any], *, descending: bool = False) -> InOrder:
        return InOrder(rows, self, descending)


class InOrder:
    """``rows`` in an ``order``, as whoever shows pages or writes a file of them asks for them."""

    def __init__(self, rows: QuerySet[Any], order: KeyOrder, descending: bool) -> None:
        self.rows, self.column, self.descending = rows, order.column, descending
        self._places = order.places()
        keys = self._places.keys
        self.keys = keys[::-1] if descending else keys
        self._by_keys = rows  # as who names some of the keys asks for them
        # Nobody else need be asked about where the conditions name who may fit.
        named, others = keys_named(rows) if order.column == "pk" else (None, rows)
        self._implied = named if isinstance(named, Implied) else None
        if self._implied is not None:
            self._by_keys = others
        elif named is not None:
            found = named if isinstance(named, Set) else set(named)
            self.keys, self._by_keys = self._ordered(found, self.keys, None), others
            self.rows = others.filter(Among("pk", named))  # nobody need be gathered besides

    def count(self) -> int:
        return self.rows.count()

    def __getitem__(self, part: slice) -> QuerySet[Any]:
        return _in_this_order(self._by_keys, self._own_keys(part.stop)[part])

    def __iter__(self) -> Iterator[Any]:
        return iter(self[:])

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        """Yield all of them, so many read at a time."""
        keys = self._own_keys(None)
        for start in range(0, len(keys), chunk_size):
            yield from _in_this_order(self._by_keys, keys[start : start + chunk_size])

    def _own_keys(self, stop: int | None) -> list[int]:
        """Return the keys of the rows, at least of the first ``stop``, in their order."""
        if stop == 0:
            return []
        walked = self._walked(stop) if stop and len(self.keys) > BLOCK else None
        if walked is None and self._implied is not None:
            self.keys = self._ordered(self._implied.keys, self.keys, None)
            self._implied = None
            return self._own_keys(stop)
        return walked or self._gathered(self.rows, self.keys, stop)

    def _walked(self, stop: int) -> list[int] | None:
        """Return the keys of the first ``stop`` rows or more; None where that would be a long walk."""
        found, at, step = list[int](), 0, max(BLOCK, 2 * stop)
        most = max(len(self.keys) // SHARE, BLOCK) if self._implied is None else STROLL
        while at + step <= most:
            block = self.keys[at : at + step]
            found += self._gathered(self._by_keys.filter(Among(self.column, block)), block, None)
            at += step
            if len(found) >= stop:
                return found
            if not found:
                return None
            step = max(BLOCK, ceil(1.5 * at * (stop - len(found)) / len(found)))
        return None

    def _gathered(self, rows: QuerySet[Any], keys: Sequence[int], stop: int | None) -> list[int]:
        """Return the keys of ``rows``, at least of the first ``stop``, in the order that ``keys`` have."""
        rows = rows.order_by()
        if self.column == "pk":
            return self._ordered(set(keys_of([rows.values_list("pk")])[0]), keys, stop)
        own: dict[int, list[int]] = defaultdict(list)
        for pk, key in rows.order_by("-pk" if self.descending else "pk").values_list(
            "pk", self.column
        ):
            own[key].append(pk)
        return [pk for key in self._ordered(own.keys(), keys, stop) for pk in own[key]]

    def _ordered(self, found: Set[int], keys: Sequence[int], stop: int | None) -> list[int]:
        """Return those ``found`` in the order of ``keys``, at least the first ``stop``."""
        if len(found) * SHARE < len(keys):
            known, others = self._places.ordered(found)
            if self.descending:
                known.reverse()
            return known + sorted(others, reverse=self.descending)
        known = list(islice(filter(found.__contains__, keys), stop))
        if len(known) == min(len(found), stop or len(found)):
            return known
        return known + sorted(set(found).difference(known), reverse=self.descending)


def _in_this_order(rows: QuerySet[Any], keys: Sequence[int]) -> QuerySet[Any]:
    """Return those of ``rows`` that have one of ``keys``, in their order."""
    if not keys:
        return rows.none()
    place = Func(array_of(keys), F("pk"), function="array_position", output_field=IntegerField())
    return rows.filter(Among("pk", keys)).order_by(place)
