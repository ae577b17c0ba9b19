"""By which paths experts are tied to what a project avoids: for supervisors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from expertpool.directory.models import Unit
from expertpool.directory.queries import Way, is_called, way_text
from expertpool.draws.queries.avoided import (
    AvoidedUnit,
    avoidances_of,
    avoided_units,
    by_opening,
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
    return list(Counter(path for _, path in _paths(project, expert_ids)).items())


def reasons(project: Project, expert_ids: Collection[int]) -> dict[int, list[Path]]:
    """Return for each of the experts by which paths he is tied."""
    found: dict[int, list[Path]] = defaultdict(list)
    for expert_id, path in _paths(project, expert_ids):
        found[expert_id].append(path)
    return found


def _paths(project: Project, expert_ids: Collection[int]) -> dict[tuple[int, Path], None]:
    """Return each expert with each of his paths once, in the order of what is avoided."""
    projects = members_of(project)
    rows = avoidances_of(projects)
    avoided = avoided_units(projects, rows)
    ties = {
        on: list(_unit_ties(units, expert_ids, on=on)) for on, units in by_opening(avoided).items()
    }
    on_the_way = {step.unit_id for one in avoided for way in one.ways.values() for step in way}
    tied = {tie.unit_id for found in ties.values() for tie in found}
    units = Unit.objects.in_bulk(tied | on_the_way)
    pairs = [
        (tie.expert_id, _path(one, one.ways[tie.unit_id], tie, units))
        for one in avoided
        for tie in ties.get(one.on, ())
        # Those of one day were asked for together: this one may be to a unit of another row.
        if tie.unit_id in one.ways
    ]
    persons = (row for row in rows if row.subject == AvoidanceSubject.PERSON)
    pairs += (pair for row in persons for pair in _person_paths(row, expert_ids))
    return dict.fromkeys(pairs)


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
    units: Collection[int], expert_ids: Collection[int], *, on: datetime
) -> Iterator[_Tie]:
    """The conditions of `availability.tied_to_units`, one by one."""
    employed = Expert.objects.filter(pk__in=expert_ids, employer__in=units).order_by("pk")
    for pk, unit in employed.values_list("pk", "employer_id"):
        # Never 0: only who has an employer is found.
        yield _Tie(pk, unit or 0, str(AvoidanceKind.CURRENT_EMPLOYER.label))
    ties = availability.unit_ties(units, on=on).filter(expert__in=expert_ids)
    for tie in ties.order_by("expert", "pk"):
        yield _Tie(tie.expert_id, tie.unit_id or 0, _relation(tie))


def _person_paths(row: Avoidance, expert_ids: Collection[int]) -> Iterator[tuple[int, Path]]:
    himself = Expert.objects.filter(is_person(row), pk__in=expert_ids).order_by("pk")
    matched = "专家编号相同" if row.expert_number else "姓名相同"
    for pk in himself.values_list("pk", flat=True):
        yield pk, Path(row.label, HIMSELF, matched)
    for tie in ties_to_person(row).filter(expert__in=expert_ids):
        yield tie.expert_id, Path(row.label, _relation(tie), "申报的人员")


def _relation(tie: AvoidanceUnit) -> str:
    label = str(tie.get_kind_display())
    if tie.end_date is None:
        return label
    return f"{label}（结束不满 {availability.PAST_YEARS} 年）"
