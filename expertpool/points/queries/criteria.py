"""What conditions over experts may ask about points."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from expertpool.accounts.queries import scope_q
from expertpool.core.criteria import Context, Number
from expertpool.experts.models import Expert
from expertpool.points.models import PointEntry
from expertpool.points.models.ledger import BALANCE
from expertpool.points.permissions import VIEW

OPERATORS = {"eq": "", "gt": "__gt", "gte": "__gte", "lt": "__lt", "lte": "__lte"}


def points_q(op: str, value: Any, context: Context) -> Q:
    """Experts by how many points they had at the moment for which the condition is asked: for a sealed draw that
    is when it was sealed."""
    # By the entries of then: whoever replays a draw asks the same moment.
    before = PointEntry.objects.filter(expert=OuterRef("pk"), at__lte=context.now).order_by("-n")
    had = Coalesce(Subquery(before.values("balance")[:1]), 0, output_field=IntegerField())
    rows = Expert.objects.alias(points_then=had)
    if op == "between":
        rows = rows.filter(points_then__gte=value[0], points_then__lte=value[1])
    else:
        rows = rows.filter(**{f"points_then{OPERATORS[op]}": value})
    return Q(pk__in=rows.order_by().values("pk"))


def allows(user: Any) -> bool:
    """Tell whether ``user`` may ask: it answers by what each expert has to the point and the moment, hence only who
    reads the points of all and the names of all reviews (whose points others are told by quarters)."""
    return all(
        user.has_permission(code) and not scope_q(user, code) for code in (VIEW, "draws.names")
    )


FIELD = Number(
    allows=allows,
    is_dear=True,
    code="points",
    label="积分",
    match=points_q,
    suffix="分",
    minimum=BALANCE.low,
    maximum=BALANCE.high,
)
