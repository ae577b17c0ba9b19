"""What conditions over experts ask that no single column says; `fields` declares who asks it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import reduce
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.accounts.models import Department
from expertpool.core.criteria import Context
from expertpool.core.lookups import Among
from expertpool.directory.queries import (
    division_subtree,
    specialty_subtree,
    specialty_subtrees,
)
from expertpool.experts.enums import AccountState
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.queries.accounts import still_waiting
from expertpool.experts.queries.availability import years_before
from expertpool.experts.queries.participation import participation_counts

SUBJECT = "experts.expert"
OPERATORS: dict[str, Callable[[int, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "between": lambda count, bounds: bool(bounds[0] <= count <= bounds[1]),
}
_Membership = Expert.tags.through


def specialty_q(op: str, values: Sequence[str], context: Context) -> Q:
    """Experts who hold one (``in``) or each (``all``) of the specialties, or one below it."""
    if op == "all":
        return _all(specialty_q("in", [value], context) for value in values)
    prepare_specialties(values, context)
    known = context.memory["specialty"]
    below = set[int]().union(*(known[value] for value in values))
    return Q(Exists(_holders(below).filter(expert=OuterRef("pk"))))


def prepare_specialties(values: Iterable[str], context: Context) -> None:
    """Look up which specialties each of ``values`` stands for."""
    # Kept for the run: levels of a condition name the same specialties again.
    known = context.memory.setdefault("specialty", {})
    if missing := set(values) - known.keys():
        known |= specialty_subtrees(missing)


def experts_holding(values: Sequence[str]) -> QuerySet[Any, Any]:
    """Return the keys of the experts who hold one of the specialties, or one below it."""
    below = specialty_subtree(values).values_list("pk", flat=True)
    return _holders(list(below)).values("expert")


def _holders(specialties: Collection[int]) -> QuerySet[ExpertSpecialty]:
    # The ids themselves, since the planner knows how many hold each of them.
    return ExpertSpecialty.objects.filter(Among("specialty", specialties)).order_by()


def _all(conditions: Any) -> Q:
    result = Q()
    for condition in conditions:
        result &= condition
    return result


def division_q(op: str, values: Sequence[str], context: Context) -> Q:
    """Experts in one of the divisions or below it."""
    return Q(division__in=_below(values))


def _below(values: Sequence[str]) -> list[str]:
    return list(division_subtree(values).values_list("pk", flat=True))


def experts_in_divisions(values: Sequence[str]) -> QuerySet[Any, Any]:
    """Return the keys of the experts in one of the divisions or below it."""
    return Expert.objects.filter(division__in=_below(values)).order_by().values("pk")


def experts_in_groups(values: Sequence[int]) -> QuerySet[Any, Any]:
    """Return the keys of the experts in one of the groups."""
    return _Membership.objects.filter(tag__in=values).values("expert")


def tag_q(op: str, values: Sequence[int], context: Context) -> Q:
    """Experts in one (``in``) or each (``all``) of the groups."""
    rows = _Membership.objects.filter(expert=OuterRef("pk"))
    if op == "all":
        return _all(Q(Exists(rows.filter(tag=tag))) for tag in values)
    return Q(Exists(rows.filter(tag__in=values)))


def department_q(op: str, values: Sequence[int], context: Context) -> Q:
    """Experts of one of the departments or one below it."""
    if op == "empty":
        return Q(department__isnull=True)
    paths = Department.objects.filter(pk__in=values).values_list("path", flat=True)
    below = [Q(path__startswith=path) for path in paths]
    rows = Department.objects.filter(Q(*below, _connector=Q.OR) if below else Q(pk__in=[]))
    return Q(department__in=list(rows.order_by().values_list("pk", flat=True)))


def age_q(op: str, value: Any, context: Context) -> Q:
    """Experts by whole years of age today."""
    if op == "between":
        return age_q("gte", value[0], context) & age_q("lte", value[1], context)
    if op == "eq":
        return age_q("between", (value, value), context)
    if op == "gte":
        return Q(birth_date__lte=years_before(context.today, value))
    # Until the day before his next birthday he is of that age.
    return Q(birth_date__gt=years_before(context.today, value + 1))


def account_q(op: str, values: Any, context: Context) -> Q:
    """Experts by how far they are with an account of their own; see `queries.accounts.account_state`."""
    states = {
        AccountState.NONE: Q(user__isnull=True),
        AccountState.SENT: still_waiting(),
        AccountState.OPEN: Q(user__isnull=False) & ~still_waiting(),
    }
    chosen = values if isinstance(values, tuple) else (values,)
    return reduce(operator.or_, (states[AccountState(one)] for one in chosen))


def participation_q(op: str, value: Any, context: Context) -> Q:
    """Experts by the number of invitations they accepted."""
    holds = OPERATORS[op]
    counts = context.memory.get("participation")
    if counts is None:
        counts = context.memory["participation"] = dict(participation_counts())
    # Who never took part is counted nowhere: where he fits, those who do not are named.
    if holds(0, value):
        return ~Q(pk__in=[pk for pk, count in counts.items() if not holds(count, value)])
    return Q(pk__in=[pk for pk, count in counts.items() if holds(count, value)])
