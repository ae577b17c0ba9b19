"""Pre-query: how many could be drawn. Counts only, nothing that identifies anybody, and nothing that
rests on who sits where names are still sealed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.actions import action_label
from expertpool.audit.services import record
from expertpool.core.aftermath import is_for_later, leave_behind
from expertpool.core.limits import TooManyAtOnce, one_and_the_next
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.exceptions import DrawNotReady, TooManyCounts
from expertpool.draws.models import ConditionGroup, DrawPlan
from expertpool.draws.queries.asked_fields import check_conditions, conditions_of
from expertpool.draws.queries.chance import chances_of
from expertpool.draws.queries.eligibility import Eligibility, evaluate
from expertpool.draws.queries.meetings import coming, periods_of
from expertpool.draws.queries.outlook import panel_bits
from expertpool.draws.queries.participation import ROUGHLY, sealed_seats
from expertpool.draws.queries.policy import Thin, policy_for
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.draws.services.tallies import note_count
from expertpool.projects.queries.batches import members_of


@dataclass(frozen=True)
class GroupCount:
    """Candidates of one group: all together, and by level."""

    group: ConditionGroup
    total: int
    by_level: list[tuple[int, int]]

    @property
    def levels_in_words(self) -> str:
        return "，".join(f"第 {level} 级次 {count:,} 人" for level, count in self.by_level)


@dataclass(frozen=True)
class Shortage:
    """Groups that together lack ``lack`` experts: their ``seats`` draw on the same ``candidates``,
    fewer people than seats, whoever sits where (Hall)."""

    group_names: list[str]
    lack: int
    seats: int
    candidates: int

    @property
    def whose(self) -> str:
        """Which groups lack somebody: one, or several that share their candidates."""
        names = "、".join(self.group_names)
        return f"{names} 合起来" if len(self.group_names) > 1 else names


@dataclass(frozen=True)
class Prequery:
    """What the pre-query tells: ``total`` counts each candidate once; ``seats`` are those of the
    panel. ``standby_shortages``: what lacks when the panel is full and the standbys are drawn;
    ``bits``: log2 of the possible panels; ``thin``: what the office's policy finds too few, both without those whom a panel
    that fell short has asked by its conditions (`queries.chance`);
    ``used``: how many a panel that fell short has had, who are not drawn again, counted or not;
    ``sealed_seats``: what the seal will take into account beyond that (`sealed_seats`)."""

    total: int
    seats: int
    standby_seats: int
    groups: list[GroupCount]
    exclusions: list[tuple[str, int]]
    shortages: list[Shortage]
    standby_shortages: list[Shortage]
    bits: float
    thin: list[Thin]
    used: int
    sealed_seats: int

    @property
    def sealed_note(self) -> str:
        """What the counts leave out, in words."""
        some = f"约 {self.sealed_seats} 个" if self.sealed_seats else f"不到 {ROUGHLY} 个"
        return (
            "名单尚未公开的抽取（包括本项目已抽的）占用的专家在封存时才排除，这里不计。"
            f"这段时间全库另有{some}席位已被占用。"
        )


STILL_COUNTING = "您的上一次查询还没有完成，请等它显示后再查。"


def run_prequery(
    *, plan: DrawPlan, actor: User, now: datetime, action: str = "draw.prequery"
) -> Prequery:
    """Count who could be drawn for ``plan`` now and log that it was asked, as ``action``.

    Changes nothing of the draw. Refuses a plan without groups and an archived project (DrawNotReady), and
    (TooManyCounts) as `note_count`, and while two of the actor are under way: it is the dearest question that
    a page asks.
    """
    if plan.project.is_archived:
        raise DrawNotReady("项目已归档，不再抽取，不能预查询。")
    try:
        with one_and_the_next(f"draws.prequery:{actor.pk}"):
            return _noted(plan, actor, now, action)
    except TooManyAtOnce:
        raise TooManyCounts(STILL_COUNTING) from None


def _noted(plan: DrawPlan, actor: User, now: datetime, action: str) -> Prequery:
    # Before it is counted, and by itself: who asks often enough finds out who is among them, by the differences; and
    # one that is refused was asked as well.
    note_count(plan.project, action_label(action), actor=actor, now=now)
    try:
        return _logged(plan, actor, now, action)
    except DrawNotReady:
        if is_for_later():  # the note is undone with the request
            leave_behind(lambda: _asked_again(plan, actor, now, action))
        raise


def _asked_again(plan: DrawPlan, actor: User, now: datetime, action: str) -> None:
    with suppress(TooManyCounts):  # he has had all of them meanwhile
        note_count(plan.project, action_label(action), actor=actor, now=now)


@transaction.atomic
def _logged(plan: DrawPlan, actor: User, now: datetime, action: str) -> Prequery:
    result = count_candidates(plan, now=now, viewer=actor)
    record(
        action,
        actor=actor,
        now=now,
        subject=plan.project,
        after={
            "候选人数": result.total,
            "各组人数": {item.group.name: item.total for item in result.groups},
            "排除": dict(result.exclusions),
        },
    )
    return result


def count_candidates(plan: DrawPlan, *, now: datetime, viewer: User | None = None) -> Prequery:
    """The counts of a pre-query without its log entry; of a panel that fell short, for what it
    lacks. What refuses it is told as far as ``viewer`` may see the conditions (None: all)."""
    short = shortfall_of(plan.project)
    check_conditions(conditions_of(plan, short), viewer=viewer)
    found = evaluate(plan, now=now, short=short)
    if not found.groups:
        raise DrawNotReady("请先设置条件组，再预查询。")
    groups = [vdraw.Group(group.code, group.name, group.seats) for group in found.groups]
    feasibility = vdraw.check_feasibility(groups, (item.groups for item in found.eligible))
    standby_seats = sum(group.standby_seats for group in found.groups)
    chances = chances_of(found.eligible, short, now=now)
    return Prequery(
        total=feasibility.total,
        seats=sum(group.seats for group in found.groups),
        standby_seats=standby_seats,
        groups=[
            GroupCount(
                group,
                feasibility.count_in(group.code),
                list(feasibility.by_level[group.code].items()),
            )
            for group in found.groups
        ],
        exclusions=[
            (ExclusionReason(code).label, count) for code, count in found.exclusion_counts.items()
        ],
        shortages=_in_words(feasibility, found),
        # Where the panel itself lacks somebody, standbys are no question.
        standby_shortages=_standby_shortages(found)
        if standby_seats and feasibility.is_feasible
        else [],
        bits=panel_bits({group.id: group.seats for group in groups}, chances.fresh),
        thin=chances.thin(found.groups, policy_for(plan.project.regime, now=now)),
        used=len(short.board.lines) if short else 0,
        # Of all draws together: by project it would tell who sits where.
        sealed_seats=sealed_seats(
            periods_of(coming(members_of(plan.project), now=now, begun=False))
        ),
    )


def _standby_shortages(found: Eligibility) -> list[Shortage]:
    """Who stands by for a group meets its conditions: so these are seats of the same group."""
    groups = [
        vdraw.Group(group.code, group.name, group.seats + group.standby_seats)
        for group in found.groups
    ]
    fits = (item.groups for item in found.eligible)
    return _in_words(vdraw.check_feasibility(groups, fits), found)


def _in_words(feasibility: vdraw.Feasibility, found: Eligibility) -> list[Shortage]:
    names = {group.code: group.name for group in found.groups}
    return [
        Shortage(
            [names[code] for code in shortage.groups],
            shortage.lack,
            shortage.seats,
            shortage.candidates,
        )
        for shortage in feasibility.shortages
    ]
