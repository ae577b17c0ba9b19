"""Cautions of experts, and what rules may ask about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import (
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from expertpool.accounts.models import User
from expertpool.core.criteria import Choice, Context, Number, Text
from expertpool.core.fields import is_vouched
from expertpool.core.lookups import Among
from expertpool.core.mandates import vouched
from expertpool.evaluations.enums import Participation, SanctionKind
from expertpool.evaluations.models import CautionLift, CautionObjection, Sanction
from expertpool.evaluations.permissions import VIEW
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.projects.enums import Regime

YEAR = timedelta(days=365)
PERSONS = ("expert", "requested_by", "decided_by")
OPERATORS = {"eq": "", "gt": "__gt", "gte": "__gte", "lt": "__lt", "lte": "__lte"}


def _given() -> QuerySet[Sanction]:
    return Sanction.objects.filter(kind=SanctionKind.CAUTION, agreed=True)


def all_cautions() -> QuerySet[Sanction]:
    """Return the cautions that count: given by two persons of here, not taken back by two, and not set aside since its
    expert objected. They are few: each one's proof is looked at."""
    given = [one.pk for one in _decided_here(_given().select_related(*PERSONS))]
    lifts = _decided_here(_lifts().select_related("caution__expert", *PERSONS[1:]))
    objections = CautionObjection.objects.filter(upheld=True).order_by()
    set_aside = vouched(objections.select_related("caution__expert", "answered_by"))
    taken_back = [one.caution_id for one in (*lifts, *set_aside)]
    return Sanction.objects.filter(Among("pk", given)).exclude(Among("pk", taken_back))


def _lifts() -> QuerySet[CautionLift]:
    return CautionLift.objects.filter(agreed=True).order_by()


def cautions_of(expert: Expert) -> list[Any]:
    """Return the cautions of ``expert``, the latest first, those of records that were merged into his among them, and
    none that two persons of here have not given; of what was taken back, or set aside since he objected, ``lifted_at``
    says when, ``lift_reason`` why."""
    rows = _given().filter(Q(expert=expert) | Q(expert__merged_into=expert))
    beside = ("expert__user", "expert__merged_into__user", "objection__answered_by")
    rows = rows.select_related(*PERSONS, *beside)
    found: list[Any] = _decided_here(rows.order_by("-decided_at", "-pk"))
    lifts = _lifts().filter(caution__in=[one.pk for one in found])
    lifts = lifts.select_related("caution__expert", *PERSONS[1:])
    by_caution = {one.caution_id: one for one in _decided_here(lifts)} if found else {}
    for one in found:
        lift = by_caution.get(one.pk)
        one.lifted_at = lift.decided_at if lift else None
        one.lift_reason = lift.reason if lift else ""
        # Where there is none Django raises what getattr takes for a missing attribute.
        objection = getattr(one, "objection", None)
        if lift is None and objection and objection.upheld and objection.is_sound:
            one.lifted_at = objection.answered_at
            one.lift_reason = f"申诉成立。{objection.answer}"
    return found


def _decided_here(rows: QuerySet[Any]) -> list[Any]:
    return [one for one in rows if is_vouched(one, "decided_proof")]


def cautions_visible_to(user: User) -> QuerySet[Sanction]:
    """Return the cautions that count of experts in the scope of ``user``."""
    return cautions_reached(user, VIEW)


def cautions_reached(user: User, code: str) -> QuerySet[Sanction]:
    """Return the same of experts whom ``user`` reaches by ``code``."""
    seen = experts_visible_to(user, code).order_by().values("pk")
    return all_cautions().filter(expert__in=seen).select_related("expert__user", "expert__employer")


def _in_a_year(op: str, value: Any, context: Context) -> Q:
    """Cautions whose expert had so many within the year before that moment, this one included; records that were merged
    since are one person."""
    whose = Coalesce("expert__merged_into", "expert")
    others = (
        all_cautions()
        .alias(whose=whose)
        .filter(
            whose=OuterRef("whose"), decided_at__gt=context.now - YEAR, decided_at__lte=context.now
        )
    )
    count = others.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("pk"))
    times = Coalesce(Subquery(count.values("n"), output_field=IntegerField()), 0)
    rows = Sanction.objects.alias(whose=whose).alias(times=times)
    if op == "between":
        rows = rows.filter(times__gte=value[0], times__lte=value[1])
    else:
        rows = rows.filter(**{f"times{OPERATORS[op]}": value})
    return Q(pk__in=rows.order_by().values("pk"))


SANCTION_CRITERIA = (
    Number(
        code="cautions",
        label="一年内受警告次数（含这次）",
        match=_in_a_year,
        suffix="次",
        minimum=0,
        maximum=1000,
    ),
)
RATING_CRITERIA = (
    Number(
        code="total",
        label="综合得分",
        path="total",
        suffix="分",
        minimum=0,
        maximum=100,
        decimals=True,
    ),
    Choice(
        code="participation",
        label="参与度",
        path="participation",
        choices=Participation.choices,
    ),
    Choice(
        code="regime",
        label="适用制度",
        path="evaluation__project__regime",
        choices=Regime.choices,
    ),
    Text(code="kind", label="项目类型", path="evaluation__project__kind"),
)
