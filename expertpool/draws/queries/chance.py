"""How much is left to chance by what may be told of who can be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from expertpool.draws.models import ConditionGroup
from expertpool.draws.queries.fitting import Fitting, fitting_experts, sealed_levels
from expertpool.draws.queries.outlook import Tally, tally
from expertpool.draws.queries.policy import Thin, thinness
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.draws.rules import Policy
from expertpool.experts.queries.records import joined_since

NOT_COUNTED = "（不计符合原条件的专家：原次序已经抽完）"


@dataclass(frozen=True)
class Chances:
    """Who can be drawn as far as may be told: ``fits`` are all of them, ``fresh`` those who are left for a panel that
    fell short."""

    fits: Tally
    fresh: Tally
    is_completing: bool

    def thin(self, groups: Sequence[ConditionGroup], policy: Policy) -> list[Thin]:
        """Return where ``policy`` demands more than are left."""
        found = thinness(groups, self.fresh, policy)
        if not self.is_completing:
            return found
        return [replace(one, text=one.text + NOT_COUNTED) for one in found]


def chances_of(openly: Sequence[Fitting], short: Shortfall | None, *, now: datetime) -> Chances:
    """Return the chances of who may be drawn ``openly``, for a panel that is ``short`` or a first draw (None)."""
    fits = tally(one.groups for one in openly)
    used = _used_up(short, now=now) if short else set()
    if not used:
        return Chances(fits, fits, is_completing=False)
    fresh = tally(one.groups for one in openly if one.expert_id not in used)
    return Chances(fits, fresh, is_completing=True)


def _used_up(short: Shortfall, *, now: datetime) -> set[int]:
    """Return who fits the conditions of a group that lacks experts in the last of its draws whose order has nobody left.

    By conditions, whoever sits: a count without those whom the panel used would tell who they are (docs/decisions/0080,
    0619). Who came into the pool since was in no order.
    """
    used = set[int]()
    for code in short.lacking:
        draws = [draw for draw in short.draws if code in draw.rule.group_names]
        # The last one sits full where a seat of an earlier one fell free: its order was not asked to the end.
        draw = draws[-2] if code in short.freed else draws[-1]
        asked = {code: sealed_levels(draw)[code]}
        fitted = {one.expert_id for one in fitting_experts(asked, now=now)}
        used |= fitted - joined_since(draw.sealed_at)
    return used
