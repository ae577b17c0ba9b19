"""By which paths experts are tied to what a project avoids: for supervisors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from expertpool.directory.models import Unit
from expertpool.directory.queries import Way, is_called, way_text
from expertpool.draws.queries.avoided import (
    AvoidedUnit,
    avoided_units,
    is_person,
    ties_to_person,
)
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries import availability
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.queries.batches import members_of

BY_NAME, BY_ALIAS, BY_RELATION = "单位名称相同", "别名或统一代码相同", "单位之间的关系"
HIMSELF = "本人"


@dataclass(frozen=True)
class Path:
    """One way in which an expert is tied: from what is avoided over units to his ``relation``.

    Persons are not named: ``avoided`` is then what they have to do with the project.
    """

    avoided: str
    relation: str
    matched: str

    @property
    def text(self) -> str:
        """采购单位 甲 ← 控股 60% ← 乙 ← 现任职单位"""
        return f"{self.avoided} ← {self.relation}"


@dataclass(frozen=True)
class _Tie:
    """A relation of an expert to a unit."""

    expert_id: int
    unit_id: int
    relation: str


def tie_paths(project: Project, expert_ids: Collection[int]) -> list[tuple[Path, int]]:
    """Count how many of the experts are tied to what ``project`` and its batch avoid, by each path,
    the purchaser first; one may be tied by several."""
    members = members_of(project)
    pairs = dict.fromkeys(pair for member in members for pair in _paths(member, expert_ids))
    return list(Counter(path for _, path in pairs).items())


def reasons(project: Project, expert_ids: Collection[int]) -> dict[int, list[Path]]:
    """Return for each of the experts by which paths he is tied."""
    found: dict[int, list[Path]] = defaultdict(list)
    members = members_of(project)
    for expert_id, path in dict.fromkeys(
        pair for member in members for pair in _paths(member, expert_ids)
    ):
        found[expert_id].append(path)
    return found


def _paths(project: Project, expert_ids: Collection[int]) -> Iterator[tuple[int, Path]]:
    rows = list(project.avoidances.select_related("unit"))
    avoided = avoided_units(project, rows)
    ties = list(_unit_ties(project, {unit for one in avoided for unit in one.ways}, expert_ids))
    on_the_way = {step.unit_id for one in avoided for way in one.ways.values() for step in way}
    units = Unit.objects.in_bulk({tie.unit_id for tie in ties} | on_the_way)
    for one in avoided:
        for tie in ties:
            if (way := one.ways.get(tie.unit_id)) is not None:
                yield tie.expert_id, _path(one, way, tie, units)
    for row in rows:
        if row.subject == AvoidanceSubject.PERSON:
            yield from _person_paths(project, row, expert_ids)


def _path(avoided: AvoidedUnit, way: Way, tie: _Tie, units: dict[int, Unit]) -> Path:
    names = {pk: unit.name for pk, unit in units.items()}
    if way:
        matched = BY_RELATION
    elif is_called(units[tie.unit_id], avoided.name):
        matched = BY_NAME
    else:
        matched = BY_ALIAS
    return Path(way_text(avoided.label, way, names), tie.relation, matched)


def _unit_ties(
    project: Project, units: Collection[int], expert_ids: Collection[int]
) -> Iterator[_Tie]:
    """The conditions of `availability.tied_to_units`, one by one."""
    employed = Expert.objects.filter(pk__in=expert_ids, employer__in=units).order_by("pk")
    for pk, unit in employed.values_list("pk", "employer_id"):
        yield _Tie(pk, unit or 0, str(AvoidanceKind.CURRENT_EMPLOYER.label))
    ties = availability.unit_ties(units, on=project.opening_at).filter(expert__in=expert_ids)
    for tie in ties.order_by("expert", "pk"):
        yield _Tie(tie.expert_id, tie.unit_id or 0, _relation(tie))


def _person_paths(
    project: Project, row: Avoidance, expert_ids: Collection[int]
) -> Iterator[tuple[int, Path]]:
    himself = Expert.objects.filter(is_person(row), pk__in=expert_ids).order_by("pk")
    matched = "专家编号相同" if row.expert_number else "姓名相同"
    for pk in himself.values_list("pk", flat=True):
        yield pk, Path(row.label, HIMSELF, matched)
    for tie in ties_to_person(row, on=project.opening_at).filter(expert__in=expert_ids):
        yield tie.expert_id, Path(row.label, _relation(tie), "申报的人员")


def _relation(tie: AvoidanceUnit) -> str:
    label = str(tie.get_kind_display())
    if tie.end_date is None:
        return label
    return f"{label}（结束不满 {availability.PAST_YEARS} 年）"
