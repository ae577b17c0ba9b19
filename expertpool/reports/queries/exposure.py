"""How often experts were drawn in a period, against what chance gives.

The estimator. In one draw, candidates with equal groups and levels are exchangeable: the order comes
from a seed that nobody chose. Given that k of the n candidates of such a class were seated at first,
each of them was seated with chance k/n, whatever the search for seats looks like. So an expert's
expected number is the sum of k/n over the draws in which he was a candidate, its variance the sum of
k/n·(1 - k/n). Where the rule caps a unit, how many candidates his unit has belongs to the class, if
they are more than the cap. Only the first seating is compared: how far a supplement goes depends on
how those answer whom it reached, and so does who is seated by a draw that widens another. Of a panel with
several reviews one answer counts: who sat in any has agreed, whatever became of the next.

Only random draws count whose names are released and whose opening is over; nobody's name is read
from a sealed draw.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from expertpool.core.lookups import within_days
from expertpool.draws.enums import DrawKind, DrawStatus, InvitationState, Origin
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.blocks import candidates_of, identities_of
from expertpool.draws.queries.draws import covers
from expertpool.draws.queries.outlook import GUESSABLE_BITS, panel_bits, tally
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.sitting import lines_of, state_of
from expertpool.draws.queries.written import READ
from expertpool.reports.queries.expectation import (
    ChiSquare,
    compare_counts,
    drawn_times,
    residual_of,
    tail_of,
)
from expertpool.reports.queries.ledger import IS_MANUAL, draw_ids_of, entries_about

LEVEL_OF_ALARM = 0.05  # the chance that any expert is called striking though all was chance
MOST_GUESSABLE = 20  # draws that a report names


@dataclass
class Exposure:
    """One expert in a period. ``chances`` holds one number for each draw that could seat him."""

    eligible: int = 0
    drawn: int = 0
    supplemented: int = 0
    chances: list[float] = field(default_factory=list)
    asked: int = 0
    accepted: int = 0
    declined: int = 0
    no_answer: int = 0


@dataclass(frozen=True)
class Judged:
    """An exposure beside what chance gives."""

    exposure: Exposure
    expected: float
    residual: float | None
    tail: float
    is_striking: bool


@dataclass(frozen=True)
class Figures:
    """The figures of a period. All draws count, but for names: those are of ``compared`` draws."""

    draws: int
    by_hand: int  # not random: hand-picked and allocated
    abandoned: int
    void: int
    redrawn: int  # draws that supersede a void one
    unsatisfied: int
    seats: int
    touched: int  # draws with at least one manual step
    manual_steps: dict[str, int]  # log action → how many
    answers: dict[str, int]  # state → how many invitations
    compared: int
    experts: int
    striking: int
    chi_square: dict[str, Any]
    guessable: list[tuple[str, float]]  # number and bits of draws below the threshold, least first

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def draws_between(start: date, end: date) -> QuerySet[Draw]:
    """Return the draws that were sealed from ``start`` to ``end``, both included."""
    return Draw.objects.filter(within_days("sealed_at", (start, end)))


def comparable(draws: QuerySet[Draw], *, now: datetime) -> QuerySet[Draw]:
    """Return the random draws whose names are public and whose review has begun; of a batch all."""
    return draws.filter(
        kind=DrawKind.RANDOM,
        # Without an order nothing was left to chance in it yet.
        ordered_at__isnull=False,
        released_at__isnull=False,
    ).exclude(covers(Q(project__opening_at__gt=now)))


def exposures_in(draws: Iterable[Draw]) -> dict[int, Exposure]:
    """Return the exposure of everybody who was a candidate in ``draws``, by expert id.

    Opens all candidates: only for `reports.services.exposure`, which logs it; none of a draw whose release was
    written into the database.
    """
    found: dict[int, Exposure] = defaultdict(Exposure)
    for draw in filter(is_released, draws):
        _add_draw(found, draw)
    return dict(found)


def _add_draw(found: dict[int, Exposure], draw: Draw) -> None:
    lines = {row.commit: row for row in lines_of([draw], _LINES)}
    candidates = candidates_of(draw)
    units = Counter(unit for unit in candidates.units if unit)
    cap = draw.rule.unit_cap
    classes: dict[Any, list[tuple[str, Exposure]]] = defaultdict(list)
    for row, identity in zip(candidates, identities_of(draw, candidates), strict=True):
        # Up to the cap a unit keeps nobody out, so its size makes no difference.
        crowd = units[row.unit] if cap is not None and row.unit and units[row.unit] > cap else 0
        exposure = found[identity.expert_id]
        classes[(*sorted(row.groups.items()), crowd)].append((row.commit, exposure))
    for members in classes.values():
        seated = sum(
            commit in lines and lines[commit].origin == Origin.DRAWN for commit, _ in members
        )
        for commit, exposure in members:
            exposure.eligible += 1
            # In a class of which nobody was seated there was no chance to miss.
            if seated:
                exposure.chances.append(seated / len(members))
            if commit in lines:
                _add_line(exposure, lines[commit].origin, _answer_to(lines[commit]))


# What is counted of a line.
_LINES = Invitation.objects.only(
    *("draw", "commit", "origin", "group", "state"),
    *("invited_at", "asked_again_at", "moved_up_at", "replied_at"),
    *READ,
)


def _answer_to(line: Invitation) -> InvitationState:
    return state_of(line, line.draw.covered)


# Neither a question nor an answer: he could not come, or no letter reached him.
NEVER_ASKED = (
    InvitationState.CONFLICT,
    InvitationState.CANCELLED,
    InvitationState.UNREACHED,
)


def _add_line(exposure: Exposure, origin: str, state: str) -> None:
    exposure.drawn += origin == Origin.DRAWN
    exposure.supplemented += origin == Origin.SUPPLEMENT
    exposure.asked += state not in NEVER_ASKED
    exposure.accepted += state in (InvitationState.ACCEPTED, InvitationState.LEAVE)
    exposure.declined += state == InvitationState.DECLINED
    exposure.no_answer += state == InvitationState.NO_ANSWER


def judge(exposures: dict[int, Exposure]) -> tuple[dict[int, Judged], ChiSquare]:
    """Compare with chance: each expert, and the period as a whole.

    Striking is who was drawn so often that, among all these experts, chance would give even one
    such only once in twenty periods (Bonferroni).
    """
    known: dict[tuple[float, ...], list[float]] = {}
    judged: dict[int, Judged] = {}
    compared: list[tuple[tuple[float, ...], int]] = []
    for expert_id, exposure in exposures.items():
        # Sorted, since the order of the draws does not matter.
        key = tuple(sorted(exposure.chances))
        times = known.get(key)
        if times is None:
            # Once for each set of chances: thousands of experts share a few.
            times = known[key] = drawn_times(key)
        tail = tail_of(times, exposure.drawn)
        if key:
            compared.append((key, exposure.drawn))
        judged[expert_id] = Judged(
            exposure=exposure,
            expected=sum(key),
            residual=residual_of(key, exposure.drawn),
            tail=tail,
            # By all who were candidates: the more are looked at, the more chance does to some.
            is_striking=tail * len(exposures) < LEVEL_OF_ALARM,
        )
    return judged, compare_counts(compared)


def figures_of(
    draws: QuerySet[Draw], judged: dict[int, Judged], chi_square: ChiSquare, *, compared: int
) -> Figures:
    """Return the figures of ``draws``, sealed or not: counts and numbers of draws, no names."""
    rows = list(draws.select_related("project").prefetch_related("projects").order_by("number"))
    steps = list(entries_about(draws).filter(IS_MANUAL))
    return Figures(
        draws=len(rows),
        by_hand=sum(not draw.is_random for draw in rows),
        abandoned=sum(draw.status == DrawStatus.ABANDONED for draw in rows),
        void=sum(draw.status == DrawStatus.VOID for draw in rows),
        redrawn=sum(bool(draw.rule.supersedes) for draw in rows),
        unsatisfied=sum(draw.status == DrawStatus.UNSATISFIED for draw in rows),
        seats=sum(draw.rule.seats for draw in rows),
        touched=len(set(draw_ids_of(steps).values())),
        manual_steps=dict(Counter(step.action for step in steps)),
        answers=dict(Counter(_answer_to(line) for line in lines_of(rows, _LINES))),
        compared=compared,
        experts=len(judged),
        striking=sum(one.is_striking for one in judged.values()),
        chi_square=asdict(chi_square),
        # How few there were is told with the names.
        guessable=_guessable(draw for draw in rows if draw.is_random and draw.tells_counts),
    )


def _guessable(draws: Iterable[Draw]) -> list[tuple[str, float]]:
    found = []
    for draw in draws:
        seats = {group.code: group.seats for group in draw.rule.panel}
        bits = panel_bits(seats, tally(row.groups for row in candidates_of(draw)))
        if bits < GUESSABLE_BITS:
            found.append((draw.number, round(bits, 1)))
    return sorted(found, key=lambda one: (one[1], one[0]))[:MOST_GUESSABLE]
