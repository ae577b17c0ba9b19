"""What stands behind the numbers of a pre-query: what each avoidance costs, what a condition
holds back, why experts are excluded, and how likely the panel fills. Counts only, no names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import or_

from django.db.models import BooleanField, Case, Count, Q, Value, When

import vdraw
from expertpool.core.criteria import AllOf, Context, Node, explain, parse, to_q
from expertpool.draws.enums import ExclusionReason, InvitationState
from expertpool.draws.models import DrawPlan, Invitation
from expertpool.draws.queries.avoided import (
    avoidances_of,
    avoided_units,
    is_or_knows_person,
    tied_to,
)
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.eligibility import (
    Eligibility,
    evaluate,
    exclusion_conditions,
    fitting,
    took_part,
)
from expertpool.draws.queries.fitting import Exclusion
from expertpool.draws.queries.outlook import fill_chance, panel_bits, tally
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.experts.models import Expert
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.queries.batches import members_of

MOST_RELAXATIONS = 40  # each is a question to the whole pool
ACCEPTANCE_DAYS = 365
FEW_ANSWERS = 30
NOBODY = Q(pk__in=[])
AVOIDED = (
    ExclusionReason.AVOIDED_UNIT,
    ExclusionReason.AVOIDED_PERSON,
    ExclusionReason.AVOIDED_PERIOD,
)


@dataclass(frozen=True)
class Cost:
    """Without this one exclusion there would be ``gain`` more candidates, and ``lack`` seats
    without anybody. ``is_setting``: whoever makes the plan set it himself."""

    label: str
    excluded: int  # to how many it applies, whatever else applies to them
    gain: int
    lack: int
    is_setting: bool


@dataclass(frozen=True)
class Relaxation:
    """Without ``dropped`` the group would have ``gain`` more candidates."""

    group: str
    level: int
    dropped: str
    gain: int
    lack: int


@dataclass(frozen=True)
class Acceptance:
    """How invitations were answered in the pool within ``days``: what the chance rests on."""

    asked: int
    accepted: int
    days: int = ACCEPTANCE_DAYS

    @property
    def rate(self) -> float:
        """The share of those who agreed and stayed, with one of each added (Laplace), so that no
        or few answers give neither 0 nor 1."""
        return (self.accepted + 1) / (self.asked + 2)

    @property
    def rate_text(self) -> str:
        return percent_text(self.rate)

    @property
    def is_weak(self) -> bool:
        return self.asked < FEW_ANSWERS


@dataclass(frozen=True)
class Insight:
    costs: list[Cost]
    relaxations: list[Relaxation]
    relaxations_left_out: int
    acceptance: Acceptance
    chance: float
    bits: float
    wanted_bits: int  # what the office demands
    fitting_ids: list[int]  # everybody who meets a condition, excluded or not; never shown

    @property
    def chance_text(self) -> str:
        return percent_text(self.chance)

    @property
    def bits_text(self) -> str:
        return f"{self.bits:.1f}"

    @property
    def is_guessable(self) -> bool:
        return self.bits < self.wanted_bits

    @property
    def setting_costs(self) -> list[Cost]:
        """What may be told to whoever may not see exclusion reasons: what he entered himself."""
        return [cost for cost in self.costs if cost.is_setting]


@dataclass(frozen=True)
class _Exclusion:
    label: str
    condition: Q
    is_setting: bool


def insight_of(plan: DrawPlan, *, now: datetime) -> Insight:
    """Explain the numbers of a pre-query of ``plan`` at ``now``."""
    return _Inquiry(plan, now).insight()


def acceptance(*, now: datetime) -> Acceptance:
    """Count the answers of all experts to invitations within the last year.

    No answer and leave count as not agreed; replaced, cancelled and conflicting ones were no answer.
    """
    states = (InvitationState.DECLINED, InvitationState.NO_ANSWER, InvitationState.LEAVE)
    counts = Invitation.objects.filter(
        replied_at__gt=now - timedelta(days=ACCEPTANCE_DAYS), replied_at__lte=now
    ).aggregate(
        accepted=Count("pk", filter=Q(state=InvitationState.ACCEPTED)),
        others=Count("pk", filter=Q(state__in=states)),
    )
    return Acceptance(counts["accepted"] + counts["others"], counts["accepted"])


def relaxed(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield each condition that can be dropped to find more people, with what is left.

    These are the parts that all have to hold; what stands inside 或 and 非 goes as a whole.
    """
    parts = node.parts if isinstance(node, AllOf) else (node,)
    for part in parts:
        yield part, AllOf(tuple(other for other in parts if other != part))


def percent_text(share: float) -> str:
    """Return a chance as it may be said: never 0% or 100% where it is neither."""
    if 0 < share < 0.01:
        return "不到 1%"
    if 0.99 < share < 1:
        return "99% 以上"
    return f"{share:.0%}"


class _Inquiry:
    """One evaluation of a plan, and the questions that are asked about it."""

    def __init__(self, plan: DrawPlan, now: datetime) -> None:
        self.plan, self.now = plan, now
        self.short = shortfall_of(plan.project)
        self.found: Eligibility = evaluate(plan, now=now, short=self.short)
        self.fits = {item.expert_id: item.groups for item in self.found.eligible}
        self.groups = [vdraw.Group(g.code, g.name, g.seats) for g in self.found.groups]
        self.seats = {group.id: group.seats for group in self.groups}
        self.lack = self.lack_with({})

    def insight(self) -> Insight:
        kinds = Counter(frozenset(groups) for groups in self.fits.values())
        past = acceptance(now=self.now)
        relaxations = list(self._relaxable())
        return Insight(
            costs=self.costs(),
            relaxations=[self._relaxation(*one) for one in relaxations[:MOST_RELAXATIONS]],
            relaxations_left_out=max(len(relaxations) - MOST_RELAXATIONS, 0),
            acceptance=past,
            chance=fill_chance(self.seats, kinds, past.rate),
            bits=panel_bits(self.seats, tally(self.fits.values())),
            wanted_bits=policy_for(self.plan.project.regime, now=self.now).panel_bits,
            fitting_ids=[*self.fits, *self.found.excluded],
        )

    def lack_with(self, more: Mapping[int, Mapping[str, int]]) -> int:
        """How many seats stay empty if ``more`` (expert → groups) were candidates, too."""
        rows: Iterable[Mapping[str, int]] = (
            *({**groups, **more.get(pk, {})} for pk, groups in self.fits.items()),
            *(groups for pk, groups in more.items() if pk not in self.fits),
        )
        return sum(item.lack for item in vdraw.check_feasibility(self.groups, rows).shortages)

    # --- What each exclusion costs

    def costs(self) -> list[Cost]:
        exclusions = list(self._exclusions())
        flags = {
            f"e{at}": Case(
                When(item.condition, then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            )
            for at, item in enumerate(exclusions)
        }
        rows = Expert.objects.filter(pk__in=list(self.found.excluded)).order_by()
        applies, alone = Counter[int](), dict[int, list[int]]()
        for pk, *holds in rows.annotate(**flags).values_list("pk", *flags):
            reasons = [at for at, one in enumerate(holds) if one]
            applies.update(reasons)
            # Who has two reasons is not won by dropping one of them.
            if len(reasons) == 1:
                alone.setdefault(reasons[0], []).append(pk)
        everybody = fitting(
            self.found.groups, now=self.now, only=[pk for row in alone.values() for pk in row]
        )
        return [
            Cost(
                item.label,
                applies[at],
                len(alone.get(at, ())),
                self._lack_without({pk: everybody[pk] for pk in alone.get(at, ())}),
                item.is_setting,
            )
            for at, item in enumerate(exclusions)
            # What he set is told even where it costs nothing.
            if item.is_setting or applies[at]
        ]

    def _lack_without(self, more: Mapping[int, Mapping[str, int]]) -> int:
        # Known without asking: nothing lacks, or nobody is won.
        return self.lack_with(more) if self.lack and more else self.lack

    def _exclusions(self) -> Iterator[_Exclusion]:
        """All exclusions one by one; avoided persons together, since one alone would be a question
        about a person."""
        for reason, condition in self._exclusion_conditions():
            if reason == ExclusionReason.FREQUENCY_CAP:
                if self.plan.frequency_cap is not None:
                    yield _Exclusion(self._cap_label, condition, True)
            elif reason not in AVOIDED:
                yield _Exclusion(reason.label, condition, False)
        yield from self._avoidances()

    def _exclusion_conditions(self) -> list[Exclusion]:
        return self.found.leaves.corrected(exclusion_conditions(self.plan, now=self.now))

    def _avoidances(self) -> Iterator[_Exclusion]:
        projects = members_of(self.plan.project)
        rows = avoidances_of(projects)
        avoided: dict[str, Q] = {}
        persons: list[Q] = []
        for unit in avoided_units(projects, rows):
            # Projects of a batch may avoid the same unit: told as one.
            avoided[unit.label] = avoided.get(unit.label, NOBODY) | tied_to([unit], openly=True)
        for row in rows:
            if row.subject == AvoidanceSubject.PERSON:
                persons.append(is_or_knows_person(row, openly=True))
            elif row.subject == AvoidanceSubject.PERIOD:
                label = f"{row.get_subject_display()} {row.target}"
                avoided[label] = avoided.get(label, NOBODY) | Q(pk__in=took_part(row))
        yield from (_Exclusion(label, condition, True) for label, condition in avoided.items())
        if persons:
            yield _Exclusion(f"回避人员（{len(persons)} 条合计）", reduce(or_, persons), True)

    @property
    def _cap_label(self) -> str:
        return f"{self.plan.frequency_days} 天内参评满 {self.plan.frequency_cap} 次"

    # --- What each condition holds back

    def _relaxable(self) -> Iterator[tuple[str, str, int, Node, Node]]:
        for group in self.found.groups:
            for level in group.levels.all():
                for dropped, rest in relaxed(parse(SUBJECT, level.criteria)):
                    # Nothing asked holds nobody back.
                    if dropped != AllOf():
                        yield group.code, group.name, level.level, dropped, rest

    def _relaxation(
        self, code: str, name: str, level: int, dropped: Node, rest: Node
    ) -> Relaxation:
        rows = Expert.objects.filter(to_q(rest, Context(now=self.now))).order_by()
        won = {
            pk: {code: level}
            for pk in rows.values_list("pk", flat=True)
            if pk in self._available and code not in self.fits.get(pk, {})
        }
        return Relaxation(name, level, explain(dropped), len(won), self._lack_without(won))

    @cached_property
    def _available(self) -> set[int]:
        """Whoever is not excluded, whether he fits a group or not."""
        excluded = reduce(or_, (condition for _, condition in self._exclusion_conditions()))
        return set(Expert.objects.filter(~excluded).order_by().values_list("pk", flat=True))
