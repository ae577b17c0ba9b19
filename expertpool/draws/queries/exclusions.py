"""Why each number was excluded: for supervisors.

Only reasons that stand in the expert's record and in what the project avoids are told one by one.
Who is held, took part in a period or reached the cap would tell who sits in other draws, whose
names may be sealed: those are counted, never listed. For the same reason the listed ones do not
depend on them: an expert to whom both apply is listed with the reason that may be told.
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from expertpool.core.criteria import Context, parse, to_q
from expertpool.draws.enums import RESTS_ON_DRAWS, ExclusionReason, Knowledge
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.eligibility import exclusion_conditions
from expertpool.draws.queries.leaves import Leaves
from expertpool.experts.models import Expert
from expertpool.projects.queries.batches import members_of

UNTOLD = (
    *(reason for reason in ExclusionReason if reason in RESTS_ON_DRAWS),
    ExclusionReason.NOT_FITTING,
)
TOLD = tuple(reason for reason in ExclusionReason if reason not in UNTOLD)


def excluded_experts(plan: DrawPlan, *, now: datetime) -> QuerySet[Expert]:
    """Return who meets a condition of ``plan`` and is excluded now for a reason that may be told,
    which is annotated as ``reason``."""
    fits = _fits(plan, now=now)
    leaves = Leaves(members_of(plan.project), now=now, knowing=Knowledge.OPEN)
    conditions = leaves.among(Expert.objects.filter(fits)).corrected(
        exclusion_conditions(plan, now=now)
    )
    told = [one for one in conditions if one[0] not in UNTOLD]
    reason = Case(
        *(When(condition, then=Value(code.value)) for code, condition in told),
        default=Value(""),
        output_field=CharField(),
    )
    found = Expert.objects.filter(fits, reduce(or_, (q for _, q in told)))
    return found.annotate(reason=reason).order_by("number")


def _fits(plan: DrawPlan, *, now: datetime) -> Q:
    context = Context(now=now)
    levels = [level for group in plan.groups.all() for level in group.levels.all()]
    nodes = (parse(SUBJECT, one.criteria, stored=True) for one in levels)
    found = (Expert.objects.filter(to_q(node, context)) for node in nodes)
    return reduce(or_, (Q(pk__in=rows.order_by().values("pk")) for rows in found), Q(pk__in=[]))
