"""Who could be drawn for a project now, and why everybody else who fits could not.

One evaluation serves pre-query, sealing and, for single experts, each supplement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Q, Value, When

from expertpool.core.criteria import Context, parse, to_q
from expertpool.directory.queries import units_matching
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.models import ConditionGroup, DrawPlan
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.participation import held_expert_ids, participations
from expertpool.experts.models import Expert
from expertpool.experts.queries import availability
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Avoidance, Project


@dataclass(frozen=True, slots=True)
class Eligible:
    """An expert who may be drawn: the levels at which he fits, by group code."""

    expert_id: int
    number: str
    employer_id: int | None
    groups: dict[str, int]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The outcome of one evaluation. ``excluded`` names the first reason of each expert who fits
    a group but may not be drawn; ``groups`` are in the plan's order."""

    groups: list[ConditionGroup]
    eligible: list[Eligible]
    excluded: dict[int, ExclusionReason] = field(default_factory=dict)

    @property
    def exclusion_counts(self) -> dict[str, int]:
        """How many were excluded, by reason, in the order of the reasons; no zeros."""
        counts = Counter(self.excluded.values())
        return {reason.value: counts[reason] for reason in ExclusionReason if counts[reason]}


def evaluate(plan: DrawPlan, *, now: datetime) -> Eligibility:
    """Evaluate the whole pool for ``plan`` at ``now``."""
    groups = list(plan.groups.prefetch_related("levels"))
    fits = fitting(groups, now=now)
    rows, excluded = _partition(plan, fits, now=now)
    eligible = [
        Eligible(expert_id, number, employer_id, fits[expert_id])
        for expert_id, number, employer_id in rows
    ]
    return Eligibility(groups, eligible, excluded)


def exclusions_of(
    plan: DrawPlan, expert_ids: Collection[int], *, now: datetime
) -> dict[int, ExclusionReason]:
    """Return those of the experts who cannot be seated now, with the reason."""
    fits = fitting(list(plan.groups.prefetch_related("levels")), now=now, only=expert_ids)
    _, excluded = _partition(plan, fits, now=now)
    lost = {pk: ExclusionReason.NOT_FITTING for pk in expert_ids if pk not in fits}
    return excluded | lost


def fitting(
    groups: Iterable[ConditionGroup], *, now: datetime, only: Collection[int] | None = None
) -> dict[int, dict[str, int]]:
    """Return the best level of each expert in each group he meets; exclusions not yet applied."""
    fits: dict[int, dict[str, int]] = {}
    context = Context(now=now)
    for group in groups:
        for level in group.levels.all():
            found = Expert.objects.filter(to_q(parse(SUBJECT, level.criteria), context))
            if only is not None:
                found = found.filter(pk__in=list(only))
            for expert_id in found.order_by().values_list("pk", flat=True):
                fits.setdefault(expert_id, {}).setdefault(group.code, level.level)
    return fits


def _partition(
    plan: DrawPlan, fits: Collection[int], *, now: datetime
) -> tuple[list[tuple[int, str, int | None]], dict[int, ExclusionReason]]:
    """Split those who fit into rows (id, number, employer) and the excluded with their reason."""
    conditions = exclusion_conditions(plan, now=now)
    reason = Case(
        *(When(condition, then=Value(code.value)) for code, condition in conditions),
        default=Value(""),
        output_field=CharField(),
    )
    rows: list[tuple[int, str, int | None]] = []
    excluded: dict[int, ExclusionReason] = {}
    found = Expert.objects.filter(pk__in=list(fits)).annotate(reason=reason).order_by()
    for expert_id, number, employer_id, why in found.values_list(
        "pk", "number", "employer_id", "reason"
    ):
        if why:
            excluded[expert_id] = ExclusionReason(why)
        else:
            rows.append((expert_id, number, employer_id))
    return rows, excluded


def exclusion_conditions(plan: DrawPlan, *, now: datetime) -> list[tuple[ExclusionReason, Q]]:
    """Return the exclusions of a draw in the order in which the first reason counts."""
    project: Project = plan.project
    start, end = project.opening_at, project.closing_at
    avoided = avoidances(project, now=now)
    return [
        (ExclusionReason.DELETED, availability.deleted()),
        (ExclusionReason.BLACKLISTED, availability.blacklisted(now)),
        (ExclusionReason.NOT_FORMAL, availability.not_formal()),
        (ExclusionReason.EXPIRED, availability.out_of_term(start, now=now)),
        (ExclusionReason.ON_LEAVE, availability.on_leave(start, end)),
        (ExclusionReason.HELD, Q(pk__in=held_expert_ids(start, end))),
        (ExclusionReason.AVOIDED_UNIT, avoided.units),
        (ExclusionReason.AVOIDED_PERSON, avoided.persons),
        (ExclusionReason.AVOIDED_PERIOD, avoided.periods),
        (ExclusionReason.FREQUENCY_CAP, Q(pk__in=_over_cap(plan, now=now))),
    ]


@dataclass(frozen=True, slots=True)
class Avoided:
    """The project's avoidances as conditions on experts."""

    units: Q
    persons: Q
    periods: Q


def avoidances(project: Project, *, now: datetime) -> Avoided:
    """Compile what ``project`` avoids; its own purchaser is always an avoided unit."""
    rows = list(project.avoidances.select_related("unit"))
    units = purchaser_unit_ids(project)
    persons, periods = Q(pk__in=[]), set[int]()
    for row in rows:
        if row.subject == AvoidanceSubject.UNIT:
            units |= avoided_unit_ids(row)
        elif row.subject == AvoidanceSubject.PERSON:
            persons |= _person(row)
        elif row.from_date and row.to_date:
            periods |= _took_part(row)
    avoided = availability.tied_to_units(units, on=project.opening_at) if units else Q(pk__in=[])
    return Avoided(units=avoided, persons=persons, periods=Q(pk__in=periods))


def purchaser_unit_ids(project: Project) -> set[int]:
    """The purchaser and the units equal to it; empty where none is named."""
    unit = project.purchaser
    return {unit.pk} | units_matching(name=unit.name, uscc=unit.uscc) if unit else set()


def avoidance_condition(row: Avoidance, *, on: datetime) -> Q:
    """Whom one avoidance of a project keeps out of a review on the day of ``on``."""
    if row.subject == AvoidanceSubject.UNIT:
        return availability.tied_to_units(avoided_unit_ids(row), on=on)
    if row.subject == AvoidanceSubject.PERSON:
        return _person(row)
    return Q(pk__in=_took_part(row))


def avoided_unit_ids(row: Avoidance) -> set[int]:
    """The units that one avoided unit stands for: itself, and those equal by USCC, name or alias."""
    if row.unit is not None:
        return {row.unit.pk} | units_matching(name=row.unit.name, uscc=row.unit.uscc)
    return units_matching(name=row.name, uscc=row.uscc)


def _person(row: Avoidance) -> Q:
    if row.expert_number:
        return Q(number=row.expert_number)
    named = Q(name=row.name)
    if row.unit_name:
        named &= Q(employer_id__in=units_matching(name=row.unit_name, uscc=""))
    return named


def _took_part(row: Avoidance) -> set[int]:
    """Experts who agreed to a review that opened on a day of the avoided period."""
    assert row.from_date is not None and row.to_date is not None  # noqa: S101, PT018 (checked by the caller)
    start = availability.day_start(row.from_date)
    return set(participations(start, availability.day_start(row.to_date) + timedelta(days=1)))


def _over_cap(plan: DrawPlan, *, now: datetime) -> list[int]:
    """Experts who agreed to as many reviews within the last ``frequency_days`` as the cap allows."""
    if plan.frequency_cap is None:
        return []
    end = plan.project.opening_at
    counts = participations(end - timedelta(days=plan.frequency_days), end)
    return [expert_id for expert_id, count in counts.items() if count >= plan.frequency_cap]
