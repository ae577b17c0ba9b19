"""How many experts a condition finds, for the draw plan page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from expertpool.core.criteria import Context, Node, to_q
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.eligibility import exclusion_conditions
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.experts.models import Expert
from expertpool.projects.models import Project

FEWEST_TOLD = 5  # of a panel that sits: the pre-query, which is logged, tells more


@dataclass(frozen=True)
class ConditionCount:
    """``fitting`` meet the condition, ``available`` of them may be drawn for the project; None
    where so few fit that it would tell who sits in its panel."""

    fitting: int
    available: int | None


def count_condition(project: Project, node: Node, *, now: datetime) -> ConditionCount:
    """Count who meets ``node`` and who of them is not excluded from ``project`` at ``now``."""
    fitting = Expert.objects.filter(to_q(node, Context(now=now)))
    # A condition that joins may find somebody twice.
    count, short = fitting.values("pk").distinct().count(), shortfall_of(project)
    if short is not None and count < FEWEST_TOLD:
        return ConditionCount(count, None)
    # No saved plan: conditions are tried out before there is one.
    conditions = exclusion_conditions(DrawPlan(project=project), now=now, short=short)
    excluded = reduce(or_, (condition for _, condition in conditions))
    return ConditionCount(
        fitting=count,
        available=fitting.filter(~excluded).values("pk").distinct().count(),
    )
