"""Who of those that were sealed can still be seated, now that his turn has come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

import vdraw
from expertpool.draws.enums import SKIP_REASON, ExclusionReason, Knowledge
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.blocks import Openings
from expertpool.draws.queries.eligibility import Exclusions
from expertpool.draws.queries.identity import Identity
from expertpool.draws.services.beside import beside

# What other draws are the reason of; their names may be sealed.
OF_OTHER_DRAWS = (ExclusionReason.HELD, ExclusionReason.FREQUENCY_CAP)


class Lost(NamedTuple):
    """Somebody who cannot be seated now, and why."""

    expert_id: int
    reason: ExclusionReason


class Turns:
    """The engine's question whether a candidate, whose turn came in a supplement of ``state``, can be
    seated now; ``lost`` are those who cannot, by commitment. ``count`` says how many were asked about."""

    def __init__(
        self,
        draw: Draw,
        state: vdraw.Standing,
        plan: DrawPlan,
        openings: Openings,
        *,
        now: datetime,
    ) -> None:
        self.lost: dict[str, Lost] = {}
        self.count = 0
        self._state, self._openings, self._panel = state, openings, beside(draw)
        self._exclusions = Exclusions(plan, now=now, draw=draw, knowing=Knowledge.ALL)
        self._openly = Exclusions(plan, now=now, draw=draw)

    def __call__(self, commit: str) -> str | None:
        self.count += 1
        people = self._openings.of([commit])
        expert_id, panel = people[commit].expert_id, self._panel
        reason = panel.reason(expert_id) if panel else None
        if reason is None:
            fitted = self._openings.fitted(commit)
            reason = self._exclusions.of([expert_id], fitted=fitted).get(expert_id)
        if reason is None and panel:
            if not panel.fills_twice(self._state, commit):
                panel.seat(commit, expert_id)
                return None
            # The protocol has no word of its own for a seat that another draw has filled.
            reason = ExclusionReason.IN_PANEL
        if reason is None:
            return None
        self.lost[commit] = Lost(expert_id, reason)
        return SKIP_REASON[reason]

    def rests_on_sealed(self) -> bool:
        """Whether somebody is lost who could be seated by what may be told: sealed draws hold him, or count
        for how often he took part."""
        lost = {one.expert_id for one in self.lost.values() if one.reason in OF_OTHER_DRAWS}
        return bool(lost - self._openly.of(lost).keys()) if lost else False


def turns_ahead(
    draw: Draw,
    state: vdraw.Standing,
    plan: DrawPlan,
    openings: Openings,
    lost: Mapping[str, Lost],
    *,
    now: datetime,
) -> Turns:
    """Return the turns that would come when those ``lost`` are supplemented; nothing is written."""
    for commit, one in lost.items():
        state = vdraw.exit_expert(state, commit, SKIP_REASON[one.reason]).state
    turns = Turns(draw, state, plan, openings, now=now)
    if state.has_free_seats:
        vdraw.supplement(state, turns)
    return turns


def unavailable(
    draw: Draw,
    plan: DrawPlan,
    people: Mapping[str, Identity],
    asked: Collection[Invitation] = (),
    *,
    now: datetime,
) -> dict[str, Lost]:
    """Return those of the first seated who cannot come any more; their lines are the ``asked``, where
    they have some."""
    lost = lost_now(Exclusions(plan, now=now, draw=draw, knowing=Knowledge.ALL), people)
    if panel := beside(draw, asked):
        for commit, one in people.items():
            if commit in lost:
                continue
            if reason := panel.reason(one.expert_id):
                lost[commit] = Lost(one.expert_id, reason)
            else:
                panel.seat(commit, one.expert_id)
    return lost


def lost_now(exclusions: Exclusions, people: Mapping[str, Identity]) -> dict[str, Lost]:
    """Return those of ``people`` (by commitment) whom the ``exclusions`` keep from being seated."""
    experts = {one.expert_id: commit for commit, one in people.items()}
    lost = exclusions.of(experts)
    return {experts[pk]: Lost(pk, reason) for pk, reason in lost.items()}


def held_among(lost: Mapping[str, Lost]) -> set[str]:
    """Return those of the ``lost`` (by commitment) whom another draw holds: nobody is held twice."""
    return {commit for commit, one in lost.items() if one.reason == ExclusionReason.HELD}
