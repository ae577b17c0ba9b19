"""Who is tied to what a project avoids: the one place that says it.

An avoided unit stands for all units equal to it (USCC, name, alias) and all related to it
(`directory.queries.related_units`); an avoided person for himself and those who declared a
relation to him.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import as_name, spellings_of
from expertpool.directory.models import Unit
from expertpool.directory.queries import (
    Named,
    Way,
    related_units,
    units_matching,
    units_matching_each,
)
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries import availability
from expertpool.experts.queries.names import called
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.queries.persons import folded_number


@dataclass(frozen=True, slots=True)
class AvoidedUnit:
    """One unit that a project avoids, with the way to each unit that it stands for at ``on``."""

    label: str
    name: str
    on: datetime
    ways: dict[int, Way]


def avoidances_of(projects: Iterable[Project]) -> list[Avoidance]:
    """Return what ``projects`` avoid, each row with its project."""
    by_pk = {project.pk: project for project in projects}
    if len(by_pk) == 1:  # as each supplement asks
        rows: list[Avoidance] = _avoidances.all(project=next(iter(by_pk)))
    else:
        rows = list(Avoidance.objects.filter(project__in=by_pk).select_related("unit"))
    for row in rows:
        # Loaded already, with what is asked of it below.
        row.project = by_pk[row.project_id]
    return rows


_avoidances = Prepared(
    lambda: Avoidance.objects.filter(project=Given("project")).select_related("unit")
)


def avoided_units(projects: Iterable[Project], rows: Iterable[Avoidance]) -> list[AvoidedUnit]:
    """Return the purchasers of ``projects``, where they are named, and the avoided units among
    ``rows``. The relations are those of the day on which each review opens. As many statements for
    many as for one.
    """
    named: list[tuple[str, datetime, Unit | Named]] = [
        (f"采购单位 {unit}", project.opening_at, unit)
        for project in projects
        if (unit := project.purchaser) is not None
    ]
    named += [
        (f"回避单位 {row.target}", row.project.opening_at, row.unit or Named(row.name, row.uscc))
        for row in rows
        if row.subject == AvoidanceSubject.UNIT
    ]
    same = _same_as([unit for _, _, unit in named])
    ways = related_units(
        {at: (timezone.localdate(on), same[at]) for at, (_, on, _) in enumerate(named)}
    )
    return [
        AvoidedUnit(label, unit.name, on, ways[at]) for at, (label, on, unit) in enumerate(named)
    ]


def _same_as(units: Sequence[Unit | Named]) -> list[set[int]]:
    """Return for each of ``units`` the ids of all that it is."""
    found = units_matching_each([Named(unit.name, unit.uscc) for unit in units])
    return [
        same | {unit.pk} if isinstance(unit, Unit) else same
        for unit, same in zip(units, found, strict=True)
    ]


def tied_to(avoided: Iterable[AvoidedUnit], *, openly: bool = False) -> Q:
    """The experts who have to stay away from one of the units on its day; ``openly``: by relations that may
    be told of, as in all below."""
    # Nobody: an empty Q would mean everybody.
    tied = Q(pk__in=[])
    for on, units in by_opening(avoided).items():
        tied |= availability.tied_to_units(units, on=on, openly=openly)
    return tied


def idle_avoidances(projects: Sequence[Project]) -> dict[str, int]:
    """Return how many avoided persons and units of ``projects`` keep nobody of the pool away, by what they are
    called; of relations those that may be told of."""
    rows = avoidances_of(projects)
    found = Counter[str]()
    for row in rows:
        if row.subject == AvoidanceSubject.PERSON:
            found[row.get_subject_display()] += not _anybody(is_or_knows_person(row, openly=True))
    units = [row for row in rows if row.subject == AvoidanceSubject.UNIT]
    # One that was chosen, and typed as well, is one.
    once = {frozenset(one.ways) or one.name: one for one in avoided_units([], units)}
    for unit in once.values():
        found[AvoidanceSubject.UNIT.label] += not _anybody(tied_to([unit], openly=True))
    return dict(found)


def namesakes(projects: Sequence[Project]) -> list[str]:
    """Return which purchasers and avoided units of ``projects`` have a namesake under another code, which is another unit
    (docs/decisions/0111), and to which somebody is tied, whom nothing keeps away then; of relations those that may be told."""
    avoided = avoided_units(projects, avoidances_of(projects))
    bearers = units_matching_each([Named(one.name) for one in avoided])
    others = set[int]().union(*bearers) - {pk for one in avoided for pk in one.ways}
    if not others:
        return []
    rows = Expert.objects.filter(employer__in=others).order_by()
    on = min(one.on for one in avoided)
    ties = availability.unit_ties(others, on=on, openly=True).order_by()
    tied = {*rows.values_list("employer", flat=True), *ties.values_list("unit", flat=True)}
    named = (one.label for one, of in zip(avoided, bearers, strict=True) if of & tied)
    return list(dict.fromkeys(named))


def _anybody(condition: Q) -> bool:
    return Expert.objects.filter(condition).exists()


def by_opening(avoided: Iterable[AvoidedUnit]) -> dict[datetime, set[int]]:
    """Return all units that the avoided ones stand for, by the time for which they count."""
    units: dict[datetime, set[int]] = {}
    for one in avoided:
        units.setdefault(one.on, set()).update(one.ways)
    return {on: found for on, found in units.items() if found}


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a row means: ``numbered`` the record of its number and the one that it was merged into; ``named``, whether the name
    beside it says who it is, too: there is no number, or it is not of somebody of that name."""

    numbered: Sequence[Expert]
    named: bool


def meant_by(row: Avoidance) -> Meant:
    """Return whom ``row``, an avoided person, means. A number is one person and a name may be that of several; but who typed
    another's number, or one that is nobody's, and may not look into the pool, is not told so: the name holds beside it."""
    number = folded_number(row.expert_number)
    if not number:
        return Meant((), named=True)
    own = Expert.objects.filter(number=number).order_by()
    kept = Q(pk__in=own.filter(merged_into__isnull=False).values("merged_into"))
    found = list(Expert.objects.filter(Q(number=number) | kept).select_related("employer"))
    named = bool(row.name) and not any(is_called_so(one, row.name) for one in found)
    return Meant(found, named)


def is_called_so(expert: Expert, name: str) -> bool:
    """Tell whether ``expert`` has ``name``, however its letters are spaced and its parts dotted."""
    return _folded(name) == _folded(expert.name)


def _folded(name: str) -> str:
    return as_name(name).casefold()


def is_person(row: Avoidance, meant: Meant | None = None) -> Q:
    """The experts who are the avoided person of ``row``."""
    meant = meant or meant_by(row)
    found = Q(pk__in=[one.pk for one in meant.numbered])
    if meant.named:
        named = called(spellings_of(row.name))
        if row.unit_name:
            named &= Q(employer_id__in=units_matching(name=row.unit_name))
        found = found | named if meant.numbered else named
    return found


def ties_to_person(
    row: Avoidance, meant: Meant | None = None, *, openly: bool = False
) -> QuerySet[AvoidanceUnit]:
    """Return the relations that experts declared to the avoided person of ``row``."""
    on, meant = row.project.opening_at, meant or meant_by(row)
    found = []
    for one in meant.numbered:
        units = _same_as([one.employer])[0] if one.employer else None
        found.append(availability.person_ties(one.name, units, on=on, openly=openly))
    if meant.named:
        units = units_matching(name=row.unit_name) if row.unit_name else None
        found.append(availability.person_ties(row.name, units, on=on, openly=openly))
    return reduce(or_, found, AvoidanceUnit.objects.none())


def is_or_knows_person(row: Avoidance, *, openly: bool = False) -> Q:
    """The avoided person of ``row``, and the experts who declared a relation to him."""
    meant = meant_by(row)
    knowing = ties_to_person(row, meant, openly=openly).order_by()
    return is_person(row, meant) | Q(pk__in=knowing.values("expert"))
