"""Which units are meant: equal by USCC, name or alias; search."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from expertpool.directory.models import Unit, UnitAlias
from expertpool.directory.validators import normalise_unit_name


def units_matching(*, name: str = "", uscc: str = "") -> set[int]:
    """Return the ids of all units that are the named one.

    A unit with that USCC is it. So is a unit that has one of its names or aliases, unless a
    different USCC says otherwise.
    """
    ids: set[int] = set()
    names = {normalise_unit_name(name)} - {""}
    if uscc:
        found = Unit.objects.filter(uscc=uscc).prefetch_related("aliases").first()
        if found:
            ids.add(found.pk)
            names |= {found.normalised_name, *(a.normalised_name for a in found.aliases.all())}
    if not names:
        return ids
    by_name = Q(normalised_name__in=names)
    aliased = Q(pk__in=UnitAlias.objects.filter(normalised_name__in=names).values("unit"))
    same = Unit.objects.filter(by_name | aliased)
    if uscc:
        same = same.filter(uscc__in=["", uscc])
    return ids | set(same.values_list("pk", flat=True))


def is_called(unit: Unit, name: str) -> bool:
    """Tell whether ``name`` is the unit's own name, in any writing, and not an alias of it."""
    return unit.normalised_name == normalise_unit_name(name)


def search_units(text: str, *, active_only: bool = True) -> QuerySet[Unit]:
    """Return units by a part of the name or an alias, or the beginning of the USCC."""
    rows = Unit.objects.filter(active=True) if active_only else Unit.objects.all()
    for word in text.split():
        alias = UnitAlias.objects.filter(name__icontains=word).values("unit")
        rows = rows.filter(Q(name__icontains=word) | Q(uscc__istartswith=word) | Q(pk__in=alias))
    return rows
