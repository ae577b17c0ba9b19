"""The units that imported rows name, found or made in a few queries for many rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.validators import normalise_unit_name

Named = tuple[str, str]  # name, USCC or ""


class Employers:
    """Finds units by USCC first, then by name or alias, and makes those that are missing.

    A name without a USCC means the only unit of that name; of several none is guessed, a unit
    without a USCC stands for the name then (avoidance matches it with all of them).
    """

    def __init__(self) -> None:
        self._by_uscc: dict[str, int] = {}
        self._by_name: dict[str, dict[int, str]] = defaultdict(dict)  # id → its USCC
        self._known: set[Named] = set()
        self.made = 0

    def ensure(self, named: Iterable[Named]) -> None:
        """Load what ``named`` could be and make what is missing; then `find` knows each."""
        fresh = [one for one in dict.fromkeys(named) if one[0] and one not in self._known]
        if not fresh:
            return
        self._known.update(fresh)
        self._load(fresh)
        self._make([one for one in fresh if one[1]])
        self._make([one for one in fresh if not one[1]])

    def find(self, name: str, uscc: str) -> int | None:
        """Return the id of the unit, or None when there is none."""
        if uscc in self._by_uscc:
            return self._by_uscc[uscc]
        namesakes = self._by_name[normalise_unit_name(name)]
        uncoded = [pk for pk, code in namesakes.items() if not code]
        if not uscc and uncoded:
            return uncoded[0]
        only = list(namesakes) if len(namesakes) == 1 else []
        return only[0] if only and (not uscc or uncoded) else None

    def _load(self, named: list[Named]) -> None:
        names = {normalise_unit_name(name) for name, _ in named}
        codes = {uscc for _, uscc in named if uscc}
        aliases = UnitAlias.objects.filter(normalised_name__in=names).order_by()
        for alias, pk, uscc in aliases.values_list("normalised_name", "unit_id", "unit__uscc"):
            self._by_name[alias][pk] = uscc
        units = Unit.objects.filter(normalised_name__in=names).values_list(
            "pk", "normalised_name", "uscc"
        )
        coded = Unit.objects.filter(uscc__in=codes).values_list("pk", "normalised_name", "uscc")
        for pk, name, uscc in units.order_by().union(coded.order_by()):
            self._note(pk, name, uscc)

    def _note(self, pk: int, normalised_name: str, uscc: str) -> None:
        self._by_name[normalised_name][pk] = uscc
        if uscc:
            self._by_uscc[uscc] = pk

    def _make(self, named: list[Named]) -> None:
        missing: dict[str, Unit] = {}
        for name, uscc in named:
            normalised = normalise_unit_name(name)
            pk = self.find(name, uscc)
            if pk is None:
                unit = Unit(name=name, normalised_name=normalised, uscc=uscc)
                missing.setdefault(uscc or normalised, unit)
            elif uscc and uscc not in self._by_uscc:
                Unit.objects.filter(pk=pk).update(uscc=uscc)
                self._note(pk, normalised, uscc)
        for unit in Unit.objects.bulk_create(missing.values()):
            self._note(unit.pk, unit.normalised_name, unit.uscc)
        self.made += len(missing)
