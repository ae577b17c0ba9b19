"""By which paths experts are tied to what a project avoids: for supervisors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from expertpool.directory.models import FormerUnit, Unit
from expertpool.directory.queries import Way, is_called, way_text
from expertpool.draws.models import Draw
from expertpool.draws.queries.avoided import (
    AvoidedUnit,
    avoidances_of,
    avoided_units,
    by_opening,
    is_person,
    meant_by,
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
    return list(Counter(path for _, path in _paths(project, expert_ids, openly=True)).items())


def reasons(
    project: Project, expert_ids: Collection[int], *, openly: bool = False
) -> dict[int, list[Path]]:
    """Return for each of the experts by which paths he is tied; ``openly``: that may be told of."""
    found: dict[int, list[Path]] = defaultdict(list)
    for expert_id, path in _paths(project, expert_ids, openly=openly):
        found[expert_id].append(path)
    return found


def _paths(
    project: Project, expert_ids: Collection[int], *, openly: bool
) -> dict[tuple[int, Path], None]:
    """Return each expert with each of his paths once, in the order of what is avoided."""
    projects = members_of(project)
    rows = avoidances_of(projects)
    ties = _ties(avoided_units(projects, rows), expert_ids, openly=openly)
    on_the_way = {unit for one, tie in ties for unit in _passed(one, tie)}
    units = Unit.objects.in_bulk(on_the_way)
    pairs = [(tie.expert_id, _path(one, one.ways[tie.unit_id], tie, units)) for one, tie in ties]
    pairs += (pair for row in _persons(rows) for pair in _person_paths(row, expert_ids, openly))
    return dict.fromkeys(pairs)


def tied_since_seal(draw: Draw, expert_ids: Collection[int]) -> dict[int, datetime]:
    """Return those of the experts whom a unit ties to what the project of ``draw`` avoids into which another
    was merged since the seal, with when the last of them was."""
    since = FormerUnit.objects.filter(merged_at__gte=draw.sealed_at).order_by()
    merged = dict(since.values_list("unit").annotate(Max("merged_at")))
    if not merged:
        return {}
    projects = members_of(draw.project)
    rows = avoidances_of(projects)
    found: dict[int, set[int]] = defaultdict(set)
    for one, tie in _ties(avoided_units(projects, rows), expert_ids):
        itself = {pk for pk, way in one.ways.items() if not way}
        found[tie.expert_id] |= merged.keys() & (itself | _passed(one, tie))
    for row in _persons(rows):
        for expert, unit in _persons_over(row, expert_ids, merged.keys()):
            found[expert].add(unit)
    return {expert: max(map(merged.__getitem__, over)) for expert, over in found.items() if over}


def _ties(
    avoided: Sequence[AvoidedUnit], expert_ids: Collection[int], *, openly: bool = False
) -> list[tuple[AvoidedUnit, _Tie]]:
    """Return the relations of the experts to units, each with what is avoided."""
    ties = {
        on: list(_unit_ties(units, expert_ids, on=on, openly=openly))
        for on, units in by_opening(avoided).items()
    }
    # Those of one day were asked for together: one may be to a unit of another row.
    return [
        (one, tie) for one in avoided for tie in ties.get(one.on, ()) if tie.unit_id in one.ways
    ]


def _passed(avoided: AvoidedUnit, tie: _Tie) -> set[int]:
    return {tie.unit_id, *(step.unit_id for step in avoided.ways[tie.unit_id])}


def _persons(rows: Iterable[Avoidance]) -> list[Avoidance]:
    return [row for row in rows if row.subject == AvoidanceSubject.PERSON]


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
    units: Collection[int], expert_ids: Collection[int], *, on: datetime, openly: bool
) -> Iterator[_Tie]:
    """The conditions of `availability.tied_to_units`, one by one."""
    employed = Expert.objects.filter(pk__in=expert_ids, employer__in=units).order_by("pk")
    for pk, unit in employed.values_list("pk", "employer_id"):
        # Never 0: only who has an employer is found.
        yield _Tie(pk, unit or 0, str(AvoidanceKind.CURRENT_EMPLOYER.label))
    ties = availability.unit_ties(units, on=on, openly=openly).filter(expert__in=expert_ids)
    for tie in ties.order_by("expert", "pk"):
        yield _Tie(tie.expert_id, tie.unit_id or 0, _relation(tie))


def _person_paths(
    row: Avoidance, expert_ids: Collection[int], openly: bool
) -> Iterator[tuple[int, Path]]:
    meant = meant_by(row)
    numbered = {one.pk for one in meant.numbered}
    himself = Expert.objects.filter(is_person(row, meant), pk__in=expert_ids).order_by("pk")
    for pk in himself.values_list("pk", flat=True):
        yield pk, Path(row.label, HIMSELF, "专家编号相同" if pk in numbered else "姓名相同")
    for tie in ties_to_person(row, meant, openly=openly).filter(expert__in=expert_ids):
        yield tie.expert_id, Path(row.label, _relation(tie), "申报的人员")


def _persons_over(
    row: Avoidance, expert_ids: Collection[int], units: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Yield which experts one of ``units`` ties to the avoided person, who is known by a unit."""
    meant = meant_by(row)
    if row.unit_name and meant.named:
        himself = Expert.objects.filter(
            is_person(row, meant), pk__in=expert_ids, employer__in=units
        )
        yield from himself.values_list("pk", "employer_id")
    if row.unit_name or row.expert_number:
        ties = ties_to_person(row, meant).filter(expert__in=expert_ids, unit__in=units)
        yield from ties.values_list("expert_id", "unit_id")


def _relation(tie: AvoidanceUnit) -> str:
    label = str(tie.get_kind_display())
    if tie.end_date is None:
        return label
    return f"{label}（结束不满 {availability.PAST_YEARS} 年）"
