"""The one statement that finds who fits the groups of a plan, and what keeps each from being drawn.

The pool is never walked for a condition that an index answers: such parts of each level first say
among whom to look; what else the levels ask, and the reasons, are then read off their rows once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Q, QuerySet, SmallIntegerField, Value, When

from expertpool.core.criteria import AnyOf, Context, Node, parse, prepare, reach, to_q
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.models import ConditionGroup, Draw
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.experts.models import Expert

# Why somebody cannot be drawn, and for whom that holds.
Exclusion = tuple[ExclusionReason, Q]
Level = tuple[int, Node]


class Fitting(NamedTuple):
    """An expert who fits: his best level by group code, and the first reason against him ("" where
    he may be drawn). Those of one ``kind`` have the same groups and levels."""

    expert_id: int
    number: str
    employer_id: int | None
    reason: str
    kind: int
    groups: dict[str, int]


def planned_levels(groups: Iterable[ConditionGroup]) -> dict[str, list[Level]]:
    """Return the conditions of ``groups`` of a plan, level by level, by the code of the group."""
    return {
        group.code: [(level.level, parse(SUBJECT, level.criteria)) for level in group.levels.all()]
        for group in groups
    }


def sealed_levels(draw: Draw) -> dict[str, list[Level]]:
    """Return the conditions that ``draw`` sealed, as `planned_levels` does; what they name existed
    then and is not looked up again. Standbys meet those of their group."""
    return {
        group.code: [
            (level.level, parse(SUBJECT, dict(level.criteria), known=True))
            for level in group.levels
        ]
        for group in draw.rule.panel
    }


def fitting_experts(
    levels: Mapping[str, Sequence[Level]],
    exclusions: Sequence[Exclusion] = (),
    *,
    now: datetime,
    only: Collection[int] | None = None,
) -> list[Fitting]:
    """Return everybody who fits one of the groups with these ``levels``, or those of the experts
    ``only`` who do."""
    context = Context(now=now)
    prepare((node for rows in levels.values() for _, node in rows), context)
    best = {f"level_{code}": _best_level(rows, context) for code, rows in levels.items()}
    reason = Case(
        *(When(condition, then=Value(why.value)) for why, condition in exclusions),
        default=Value(""),
        output_field=CharField(),
    )
    rows = _pool(levels.values(), context, only).order_by().annotate(why=reason, **best)
    found: list[Fitting] = []
    seen: dict[tuple[int | None, ...], tuple[int, dict[str, int]]] = {}  # many share one pattern
    for expert_id, number, employer_id, why, *row in _plain_rows(
        rows.values_list("pk", "number", "employer_id", "why", *best)
    ):
        pattern = tuple(row)
        known = seen.get(pattern)
        if known is None:
            fits = {code: level for code, level in zip(levels, row, strict=True) if level}
            known = seen[pattern] = (len(seen), fits)
        # The pool holds whom an index found: some of them fit nothing.
        if known[1]:
            found.append(Fitting(expert_id, number, employer_id, why, *known))
    return found


def _plain_rows(rows: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """Return rows as the database has them: a hundred thousand need no conversion."""
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _pool(
    groups: Iterable[Sequence[Level]], context: Context, only: Collection[int] | None
) -> QuerySet[Expert]:
    """Return everybody who may fit one of the levels, by an index where there is one."""
    if only is not None:
        return Expert.objects.filter(pk__in=list(only))
    anything = AnyOf(tuple(node for levels in groups for _, node in levels))
    keys = reach(anything)
    return Expert.objects.filter(to_q(anything, context) if keys is None else Q(pk__in=keys))


def _best_level(levels: Sequence[Level], context: Context) -> Case:
    """Return the first level that holds; the levels come in their order."""
    everybody = ~Q(pk__in=[])  # a condition without parts, which `When` does not take
    return Case(
        *(When(to_q(node, context) or everybody, then=Value(level)) for level, node in levels),
        output_field=SmallIntegerField(),
    )
