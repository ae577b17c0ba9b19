"""By which paths experts are tied to the avoided units of a project: counts for supervisors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from expertpool.directory.models import Unit
from expertpool.draws.queries.eligibility import avoided_unit_ids, purchaser_unit_ids
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.availability import PAST_YEARS, years_before
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Project


@dataclass(frozen=True)
class Path:
    """``count`` experts are tied to the avoided unit in this way; one may be tied in several."""

    unit: str
    relation: str
    by_alias: bool  # the expert's unit bears another name, and is the same by an alias or the USCC
    count: int


@dataclass(frozen=True)
class _Avoided:
    label: str
    own_name: Q  # which units bear the name that was entered
    unit_ids: set[int]


def tie_paths(project: Project, expert_ids: Collection[int]) -> list[Path]:
    """Count the ties of the experts to each avoided unit, the purchaser first."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for entry in _avoided(project):
        other = _other_names(entry)
        for relation, unit in _ties(project, entry.unit_ids, expert_ids):
            counts[(entry.label, relation, unit in other)] += 1
    return [Path(*key, count) for key, count in counts.items()]


def _avoided(project: Project) -> list[_Avoided]:
    rows = project.avoidances.select_related("unit").filter(subject=AvoidanceSubject.UNIT)
    avoided = [
        _Avoided(
            f"回避单位 {row.target}",
            _named(row.unit) if row.unit else Q(name=row.name),
            avoided_unit_ids(row),
        )
        for row in rows
    ]
    unit = project.purchaser
    if unit is None:
        return avoided
    return [_Avoided(f"采购单位 {unit}", _named(unit), purchaser_unit_ids(project)), *avoided]


def _named(unit: Unit) -> Q:
    return Q(normalised_name=unit.normalised_name)


def _other_names(entry: _Avoided) -> set[int]:
    named = Unit.objects.filter(entry.own_name, pk__in=entry.unit_ids)
    return entry.unit_ids - set(named.values_list("pk", flat=True))


def _ties(project: Project, units: set[int], expert_ids: Collection[int]) -> list[tuple[str, int]]:
    """One (relation, unit) for each expert and way; the conditions of `availability.tied_to_units`."""
    opening = timezone.localdate(project.opening_at)
    since = years_before(opening, PAST_YEARS)
    found: dict[tuple[int, str], int] = {}
    employed = Expert.objects.filter(pk__in=expert_ids, employer__in=units).order_by()
    for pk, unit in employed.values_list("pk", "employer_id"):
        found[pk, "现任职单位"] = unit
    ties = AvoidanceUnit.objects.filter(expert__in=expert_ids, unit__in=units).order_by()
    for pk, unit, kind, end in ties.values_list("expert_id", "unit_id", "kind", "end_date"):
        if end is None or end >= since:
            found.setdefault((pk, _relation(kind, ended=end is not None)), unit)
    return [(relation, unit) for (_, relation), unit in found.items()]


def _relation(kind: str, *, ended: bool) -> str:
    label = str(AvoidanceKind(kind).label)
    return f"{label}（离开不满 {PAST_YEARS} 年）" if ended else label
