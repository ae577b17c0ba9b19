"""How many experts a condition finds, for the draw plan page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from expertpool.core.criteria import Context, Node, to_q
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.eligibility import exclusion_conditions
from expertpool.experts.models import Expert
from expertpool.projects.models import Project


@dataclass(frozen=True)
class ConditionCount:
    """``fitting`` meet the condition, ``available`` of them are not excluded from the project for a
    reason that may be told."""

    fitting: int
    available: int


def count_condition(project: Project, node: Node, *, now: datetime) -> ConditionCount:
    """Count who meets ``node`` and who of them may be drawn for ``project`` at ``now``; who is held
    where names are sealed counts as free."""
    fitting = Expert.objects.filter(to_q(node, Context(now=now)))
    # No saved plan: conditions are tried out before there is one.
    conditions = exclusion_conditions(DrawPlan(project=project), now=now)
    excluded = reduce(or_, (condition for _, condition in conditions))
    return ConditionCount(
        # A condition that joins may find somebody twice.
        fitting=fitting.values("pk").distinct().count(),
        available=fitting.filter(~excluded).values("pk").distinct().count(),
    )
