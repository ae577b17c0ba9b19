"""Who is tied to what a project avoids: the one place that says it.

An avoided unit stands for all units equal to it (USCC, name, alias) and all related to it
(`directory.queries.related_units`); an avoided person for himself and those who declared a
relation to him.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.directory.models import Unit
from expertpool.directory.queries import Way, related_units, units_matching
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries import availability
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Avoidance, Project


@dataclass(frozen=True, slots=True)
class AvoidedUnit:
    """One unit that a project avoids, with the way to each unit that it stands for."""

    label: str
    name: str
    ways: dict[int, Way]


def avoided_units(project: Project, rows: Iterable[Avoidance]) -> list[AvoidedUnit]:
    """Return the purchaser of ``project``, if one is named, and the avoided units among ``rows``.

    The relations are those of the day on which the review opens, found by one statement for all.
    """
    named: list[tuple[str, str, set[int]]] = []
    if project.purchaser is not None:
        unit = project.purchaser
        named.append((f"采购单位 {unit}", unit.name, _same_as(unit)))
    for row in rows:
        if row.subject == AvoidanceSubject.UNIT:
            same = _same_as(row.unit) if row.unit else units_matching(name=row.name, uscc=row.uscc)
            named.append((f"回避单位 {row.target}", row.unit.name if row.unit else row.name, same))
    day = timezone.localdate(project.opening_at)
    ways = related_units({at: same for at, (_, _, same) in enumerate(named)}, on=day)
    return [AvoidedUnit(label, name, ways[at]) for at, (label, name, _) in enumerate(named)]


def _same_as(unit: Unit) -> set[int]:
    return {unit.pk} | units_matching(name=unit.name, uscc=unit.uscc)


def tied_to(avoided: Iterable[AvoidedUnit], *, on: datetime) -> Q:
    """The experts who have to stay away from one of the units on the day of ``on``."""
    units = {unit for one in avoided for unit in one.ways}
    return availability.tied_to_units(units, on=on) if units else Q(pk__in=[])


def is_person(row: Avoidance) -> Q:
    """The experts who are the avoided person of ``row``."""
    if row.expert_number:
        return Q(number=row.expert_number)
    named = Q(name=row.name)
    if row.unit_name:
        named &= Q(employer_id__in=units_matching(name=row.unit_name))
    return named


def ties_to_person(row: Avoidance, *, on: datetime) -> QuerySet[AvoidanceUnit]:
    """Return the relations that experts declared to the avoided person of ``row``."""
    if not row.expert_number:
        units = units_matching(name=row.unit_name) if row.unit_name else None
        return availability.person_ties(row.name, units, on=on)
    person = Expert.objects.filter(number=row.expert_number).select_related("employer").first()
    if person is None:
        return AvoidanceUnit.objects.none()
    units = _same_as(person.employer) if person.employer else None
    return availability.person_ties(person.name, units, on=on)


def is_or_knows_person(row: Avoidance, *, on: datetime) -> Q:
    """The avoided person of ``row``, and the experts who declared a relation to him."""
    return is_person(row) | Q(pk__in=ties_to_person(row, on=on).order_by().values("expert"))
