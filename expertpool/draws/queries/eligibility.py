"""Who could be drawn for a project now, and why everybody else who fits could not.

One evaluation serves pre-query, sealing and, for single experts, each supplement. Only what seals and
seats knows all; whatever is counted or shown before knows what may be told (`Knowledge`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import or_
from types import MappingProxyType

from django.db.models import Q

from expertpool.core.lookups import Among
from expertpool.draws.enums import RESTS_ON_DRAWS, ExclusionReason, Knowledge
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan
from expertpool.draws.queries.avoided import (
    avoidances_of,
    avoided_units,
    is_or_knows_person,
    tied_to,
)
from expertpool.draws.queries.fitting import (
    Exclusion,
    Fitting,
    Level,
    excluded_by,
    fitting_experts,
    planned_levels,
    sealed_levels,
)
from expertpool.draws.queries.leaves import Leaves, on_leave
from expertpool.draws.queries.meetings import coming, periods_of
from expertpool.draws.queries.participation import (
    Window,
    held_expert_ids,
    participations_each,
    with_merged,
)
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.experts.queries import availability
from expertpool.experts.queries.sharing import not_shared_with
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.models import Avoidance, Project
from expertpool.projects.queries.batches import members_of

_REASONS = {one.value: one for one in ExclusionReason}  # of twenty thousand, asked for at once


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The outcome of one evaluation. ``excluded`` names the first reason of each expert who fits
    a group but may not be drawn, of whom ``refused`` says what he fits; ``groups`` are in the plan's order.
    ``levels`` (by group), what is ``avoided`` and which ``leaves`` count are as they were read: whoever goes on from
    here need not read them again."""

    groups: list[ConditionGroup]
    levels: Mapping[str, Sequence[Level]]
    avoided: Avoided
    leaves: Leaves
    eligible: list[Fitting]
    refused: dict[int, Fitting]
    excluded: dict[int, ExclusionReason]

    @property
    def exclusion_counts(self) -> dict[str, int]:
        """How many were excluded, by reason, in the order of the reasons; no zeros."""
        counts = Counter(self.excluded.values())
        return {reason.value: counts[reason] for reason in ExclusionReason if counts[reason]}


def evaluate(
    plan: DrawPlan,
    *,
    now: datetime,
    short: Shortfall | None = None,
    knowing: Knowledge = Knowledge.OPEN,
) -> Eligibility:
    """Evaluate the whole pool for ``plan`` at ``now``; with ``short`` only for what the panel
    lacks, and, ``knowing`` all, without those whom its draws have used or whose unit is full."""
    groups = list(plan.groups.prefetch_related("levels"))
    if short is not None:
        groups = short.groups_in(groups)
    levels = planned_levels(groups)
    avoided = avoided_by(members_of(plan.project), knowing=knowing)
    # Who sits there is sealed: a count before the seal must not be less by them.
    in_panel = short.exclusions if short and knowing is Knowledge.ALL else []
    exclusions = in_panel + _conditions(plan, avoided, now=now, knowing=knowing)
    leaves = Leaves(avoided.projects, now=now, knowing=knowing)
    found = leaves.fitting(levels, exclusions)
    eligible = [item for item in found if not item.reason]
    refused = {item.expert_id: item for item in found if item.reason}
    counts = _excluded(refused.values())
    return Eligibility(groups, levels, avoided, leaves, eligible, refused, counts)


def openly_eligible(found: Eligibility, plan: DrawPlan, *, now: datetime) -> list[Fitting]:
    """Return who may be drawn as far as may be told, when ``found`` knew all: what a count before
    the seal has told."""
    untold = availability.with_untold()
    hidden = [
        pk for pk, reason in found.excluded.items() if reason in RESTS_ON_DRAWS or pk in untold
    ]
    if not hidden:
        return found.eligible
    avoided = avoided_by(members_of(plan.project), knowing=Knowledge.OPEN)
    exclusions = _conditions(plan, avoided, now=now, knowing=Knowledge.OPEN, only=hidden)
    exclusions = found.leaves.corrected(exclusions, openly=True)
    # What somebody fits is the same whoever asks: why he may not be drawn is asked anew, and that alone.
    openly_excluded = excluded_by(exclusions, only=hidden)
    # As if he could be drawn: that he cannot is what nobody may know.
    others = (found.refused[pk] for pk in hidden if pk not in openly_excluded)
    return [*found.eligible, *(item._replace(reason="") for item in others)]


NOTHING_KNOWN: Mapping[str, int] = MappingProxyType({})


class Exclusions:
    """Why experts cannot be seated now by ``plan``; in ``draw`` by the conditions that it sealed:
    those of the plan may have been widened since.

    What is the same for everybody is read once, however many are asked about one by one; within one
    transaction, that is.
    """

    def __init__(
        self,
        plan: DrawPlan,
        *,
        now: datetime,
        draw: Draw | None = None,
        knowing: Knowledge = Knowledge.OPEN,
    ) -> None:
        self._plan, self._now, self._draw, self._knowing = plan, now, draw, knowing

    def of(
        self, expert_ids: Collection[int], *, fitted: Mapping[str, int] = NOTHING_KNOWN
    ) -> dict[int, ExclusionReason]:
        """Return those of the experts who cannot be seated, with the reason. ``fitted`` are groups and levels that they
        have fitted: one of these is asked first, and all others only of those who do not fit it any more."""
        exclusions = _conditions(
            self._plan,
            self._avoided,
            now=self._now,
            knowing=self._knowing,
            only=expert_ids,
            sealed=self._draw is not None,
        )
        found, left = list[Fitting](), set(expert_ids)
        for levels in (*self._one_of(fitted), self._levels):
            if left:
                found += self._leaves.fitting(levels, exclusions, only=left)
                left -= {item.expert_id for item in found}
        return _excluded(found) | dict.fromkeys(left, ExclusionReason.NOT_FITTING)

    def _one_of(self, fitted: Mapping[str, int]) -> Iterator[dict[str, list[Level]]]:
        """Yield the conditions of one of these levels, if there is one."""
        for code, best in fitted.items():
            if level := [one for one in self._levels.get(code, ()) if one[0] == best]:
                yield {code: level}
                return

    @cached_property
    def _avoided(self) -> Avoided:
        return avoided_by(members_of(self._plan.project), knowing=self._knowing)

    @cached_property
    def _leaves(self) -> Leaves:
        return Leaves(self._avoided.projects, now=self._now, knowing=self._knowing)

    @cached_property
    def _levels(self) -> dict[str, list[Level]]:
        if self._draw is not None:
            return sealed_levels(self._draw)
        return planned_levels(self._plan.groups.prefetch_related("levels"))


def _excluded(found: Iterable[Fitting]) -> dict[int, ExclusionReason]:
    return {item.expert_id: _REASONS[item.reason] for item in found if item.reason}


def fitting(
    groups: Sequence[ConditionGroup], *, now: datetime, only: Collection[int] | None = None
) -> dict[int, dict[str, int]]:
    """Return the best level of each expert in each group he meets; exclusions not yet applied."""
    found = fitting_experts(planned_levels(groups), now=now, only=only)
    return {item.expert_id: item.groups for item in found}


def exclusion_conditions(plan: DrawPlan, *, now: datetime) -> list[Exclusion]:
    """Return the exclusions of a draw, as far as they may be told, in the order in which the first
    reason counts."""
    avoided = avoided_by(members_of(plan.project), knowing=Knowledge.OPEN)
    return _conditions(plan, avoided, now=now, knowing=Knowledge.OPEN)


def _conditions(
    plan: DrawPlan,
    avoided: Avoided,
    *,
    now: datetime,
    knowing: Knowledge,
    only: Collection[int] | None = None,
    sealed: bool = False,
) -> list[Exclusion]:
    """With ``only``, what is kept about each expert elsewhere is asked for these alone. Whoever is seated
    now comes to what has not begun: nothing keeps him from it that lies in another review of the batch. A draw
    that is ``sealed`` keeps whom departments shared then, and who was suspended since (docs/decisions/0199)."""
    sittings = coming(avoided.projects, now=now, begun=False)
    periods = periods_of(sittings)
    openings = sorted({project.opening_at for project in sittings})
    windows = [_avoided_window(row) for row in avoided.periods]
    if plan.frequency_cap is not None:
        start = openings[-1] - timedelta(days=plan.frequency_days)
        windows.append(Window(start, openings[-1], at_least=plan.frequency_cap))
    people = None if only is None else with_merged(only)
    took = participations_each(windows, knowing=knowing, only=people)
    over_cap = set(took.pop()) if plan.frequency_cap is not None else set()
    return [
        # In this order, since the first that fits is told: what ends a membership before what is of today.
        (ExclusionReason.DELETED, availability.deleted()),
        (ExclusionReason.BLACKLISTED, availability.blacklisted(now)),
        (ExclusionReason.NOT_FORMAL, availability.not_formal()),
        *_unshared(avoided.projects, sealed=sealed),
        (
            ExclusionReason.EXPIRED,
            _any(availability.out_of_term(start, now=now) for start in openings),
        ),
        (ExclusionReason.SUSPENDED, Q(pk__in=[]) if sealed else availability.suspended(now)),
        (ExclusionReason.ON_LEAVE, on_leave(periods, openly=knowing is Knowledge.OPEN)),
        (ExclusionReason.HELD, _one_of(held_expert_ids(periods, knowing=knowing, only=people))),
        (ExclusionReason.AVOIDED_UNIT, avoided.units),
        (ExclusionReason.AVOIDED_PERSON, avoided.persons),
        (ExclusionReason.AVOIDED_PERIOD, _one_of(set().union(*took))),
        (ExclusionReason.FREQUENCY_CAP, _one_of(over_cap)),
    ]


def _unshared(projects: Sequence[Project], *, sealed: bool) -> Iterable[Exclusion]:
    if not sealed:
        departments = (project.department_id for project in projects)
        yield ExclusionReason.NOT_SHARED, not_shared_with(departments)


@dataclass(frozen=True, slots=True)
class Avoided:
    """What ``projects`` avoid: units and persons as conditions on experts, ``periods`` as rows."""

    projects: Sequence[Project]
    units: Q
    persons: Q
    periods: Sequence[Avoidance]


def avoided_by(projects: Sequence[Project], *, knowing: Knowledge) -> Avoided:
    """Compile what any of ``projects`` avoids; each one's purchaser is always an avoided unit. ``knowing``
    says by which relations."""
    openly = knowing is Knowledge.OPEN
    rows = avoidances_of(projects)
    persons = [row for row in rows if row.subject == AvoidanceSubject.PERSON]
    return Avoided(
        projects=projects,
        units=tied_to(avoided_units(projects, rows), openly=openly),
        persons=_any(is_or_knows_person(row, openly=openly) for row in persons),
        periods=[row for row in rows if row.subject == AvoidanceSubject.PERIOD],
    )


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))


def _one_of(experts: Collection[int]) -> Q:
    return Q(Among("pk", experts))


def took_part(row: Avoidance) -> set[int]:
    """Experts who agreed to a review that opened on a day of the avoided period, as far as it may be
    told."""
    return set(participations_each([_avoided_window(row)], knowing=Knowledge.OPEN)[0])


def _avoided_window(row: Avoidance) -> Window:
    assert row.from_date is not None and row.to_date is not None  # noqa: S101, PT018 (checked by the caller)
    # The last day is one of the period.
    end = availability.day_start(row.to_date) + timedelta(days=1)
    return Window(availability.day_start(row.from_date), end)
