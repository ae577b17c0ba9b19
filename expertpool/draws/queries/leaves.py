"""Which leaves keep experts from a draw: the one statement believes their rows, and what it says is then corrected by
the proofs of those that made a difference (docs/decisions/0505)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q, QuerySet

from expertpool.draws.enums import ExclusionReason, Knowledge
from expertpool.draws.queries.fitting import Exclusion, Fitting, Level, fitting_experts
from expertpool.draws.queries.meetings import coming, periods_of
from expertpool.experts.models import Expert
from expertpool.experts.queries import availability
from expertpool.experts.queries.availability import NO_DOUBTS, Doubts
from expertpool.experts.queries.leaves import overlapping, unended, unfiled
from expertpool.projects.models import Project

FEW_HERE = 20


class Leaves:
    """Those in the time of ``projects``, from ``now`` on, as far as somebody ``knowing`` that much is told."""

    def __init__(self, projects: Sequence[Project], *, now: datetime, knowing: Knowledge) -> None:
        self._now, self._openly = now, knowing is Knowledge.OPEN
        self._periods = periods_of(coming(projects, now=now, begun=False))
        self._unfiled: dict[int, int] = {}

    def fitting(
        self,
        levels: Mapping[str, Sequence[Level]],
        exclusions: Sequence[Exclusion],
        *,
        only: Collection[int] | None = None,
    ) -> list[Fitting]:
        """Return `fitting_experts`, where no leave counts that nobody filed here, and each that nobody ended here."""
        found = fitting_experts(levels, exclusions, now=self._now, only=only)
        away = {one.expert_id for one in found if one.reason == ExclusionReason.ON_LEAVE}
        self._look_at(away)
        wrong = away & {*self._unfiled.values()} | self._still_away(found)
        if not wrong:
            return found
        anew = fitting_experts(levels, self.corrected(exclusions), now=self._now, only=wrong)
        reasons = {one.expert_id: one.reason for one in anew}
        return [one._replace(reason=reasons.get(one.expert_id, one.reason)) for one in found]

    def among(self, rows: QuerySet[Expert]) -> Leaves:
        """Return these, once the leaves of those of ``rows`` are looked at whom one keeps out."""
        away = rows.filter(on_leave(self._periods, openly=self._openly)).order_by()
        self._look_at(set(away.values_list("pk", flat=True)))
        return self

    def corrected(
        self, exclusions: Sequence[Exclusion], *, openly: bool | None = None
    ) -> list[Exclusion]:
        """Return ``exclusions`` by what is known of the leaves now."""
        doubts = Doubts(frozenset(self._unfiled), frozenset(self._unended))
        openly = self._openly if openly is None else openly
        away = on_leave(self._periods, openly=openly, doubts=doubts)
        return [
            (reason, away if reason is ExclusionReason.ON_LEAVE else condition)
            for reason, condition in exclusions
        ]

    def _look_at(self, away: Collection[int]) -> None:
        if away:
            self._unfiled |= unfiled(overlapping(self._periods), away)

    def _still_away(self, found: Sequence[Fitting]) -> set[int]:
        """Return those of ``found`` who could be drawn and are on leave still, whatever their rows say."""
        if len(found) > FEW_HERE and not self._unended:
            return set()
        here = {one.expert_id for one in found if not one.reason}
        if not here:
            return set()
        # One whose turn it is, is looked up by himself: ended leaves of all have no index of their own.
        of_few = (
            unended(overlapping(self._periods), here) if len(here) <= FEW_HERE else self._unended
        )
        return here & {*of_few.values()}

    @cached_property
    def _unended(self) -> dict[int, int]:
        return unended(overlapping(self._periods))


def on_leave(
    periods: Iterable[tuple[datetime, datetime]], *, openly: bool, doubts: Doubts = NO_DOUBTS
) -> Q:
    """Experts on leave in one of ``periods``, by the rows but for ``doubts``."""
    away = (availability.on_leave(*one, openly=openly, doubts=doubts) for one in periods)
    return reduce(or_, away, Q(pk__in=[]))
