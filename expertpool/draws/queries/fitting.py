"""The one statement that finds who fits the groups of a plan, and what keeps each from being drawn.

The pool is never walked for a condition that an index answers: such parts of each level first say
among whom to look; what else the levels ask, and the reasons, are then read off their rows once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import add, or_
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from expertpool.core.criteria import (
    AllOf,
    AnyOf,
    Context,
    CriteriaError,
    Node,
    own_columns,
    parse,
    prepare,
    reach,
    to_q,
)
from expertpool.core.lookups import Among, Ascending
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import ConditionGroup, ConditionLevel, Draw
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.experts.models import Expert
from expertpool.experts.queries.participation import participation_counts

# Why somebody cannot be drawn, and for whom that holds.
Exclusion = tuple[ExclusionReason, Q]
Level = tuple[int, Node]

_BITS = 30  # answers to one integer of the database
_EVERYBODY = ~Q(pk__in=[])  # a condition without parts, which `When` does not take


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
    """Return the conditions of ``groups`` of a plan, level by level, by the code of the group.

    Refuses (DrawNotReady) one that names what is gone since: nobody is counted or drawn by it.
    """
    return {
        group.code: [(level.level, planned_level(group, level)) for level in group.levels.all()]
        for group in groups
    }


def planned_level(group: ConditionGroup, level: ConditionLevel) -> Node:
    """Return the conditions of one ``level`` of ``group``; refuses as `planned_levels`."""
    try:
        return parse(SUBJECT, level.criteria)
    except CriteriaError as gone:
        said = f"条件组「{group.name}」第 {level.level} 级次的{gone}请修改抽取方案。"
        raise DrawNotReady(said) from None


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
    return _fitting(levels, exclusions, Context(now=now), only)


def excluded_by(exclusions: Iterable[Exclusion], *, only: Collection[int]) -> set[int]:
    """Return those of the experts ``only`` for whom one of ``exclusions`` holds."""
    held = reduce(or_, (condition for _, condition in exclusions))
    rows = Expert.objects.filter(held, Among("pk", only)).order_by()
    return set(rows.values_list("pk", flat=True))


def fitted_at_seal(draw: Draw, only: Collection[int]) -> set[int]:
    """Return those of the experts ``only`` who would have fitted ``draw`` when it was sealed, by what
    stands in their records now: time and reviews alone make them too old or too busy since."""
    counts = dict(participation_counts(draw.sealed_at))
    context = Context(now=draw.sealed_at, memory={"participation": counts})
    return {one.expert_id for one in _fitting(sealed_levels(draw), (), context, only)}


def _fitting(
    levels: Mapping[str, Sequence[Level]],
    exclusions: Sequence[Exclusion],
    context: Context,
    only: Collection[int] | None,
) -> list[Fitting]:
    prepare((node for rows in levels.values() for _, node in rows), context)
    questions = list(dict.fromkeys(_questions(levels)))
    answers = {
        f"answers_{start}": _answers(questions[start : start + _BITS], context)
        for start in range(0, len(questions), _BITS)
    }
    reason = Case(
        *(When(condition, then=Value(why.value)) for why, condition in exclusions),
        default=Value(""),
        output_field=CharField(),
    )
    rows = _pool(levels.values(), context, only).order_by().annotate(why=reason, **answers)
    fits = _Fits(levels, questions)
    made = tuple.__new__  # in half the time of the call by names: of a quarter of a million
    return [
        made(Fitting, (expert_id, number, employer_id, why, *kind))
        for expert_id, number, employer_id, why, *pattern in _plain_rows(
            rows.values_list("pk", "number", "employer_id", "why", *answers)
        )
        # The pool holds whom an index found: some of them fit nothing.
        if (kind := fits[tuple(pattern)])[1]
    ]


class _Fits(dict[tuple[int, ...], tuple[int, dict[str, int]]]):
    """Kind and best levels of those who answer the ``questions`` alike: many do."""

    def __init__(self, levels: Mapping[str, Sequence[Level]], questions: Sequence[Node]) -> None:
        super().__init__()
        self._levels, self._questions = levels, questions

    def __missing__(self, pattern: tuple[int, ...]) -> tuple[int, dict[str, int]]:
        yes = {
            node
            for at, node in enumerate(self._questions)
            if pattern[at // _BITS] >> at % _BITS & 1
        }
        best = {
            # Levels come best first.
            code: next((level for level, node in rows if _holds(node, yes)), None)
            for code, rows in self._levels.items()
        }
        groups = {code: level for code, level in best.items() if level is not None}
        kind = self[pattern] = (len(self), groups)
        return kind


def _questions(levels: Mapping[str, Sequence[Level]]) -> Iterator[Node]:
    """Yield what has to be asked of a row: the conditions that 且 and 或 only join."""
    nodes = [node for rows in levels.values() for _, node in rows]
    while nodes:
        node = nodes.pop()
        if isinstance(node, AllOf | AnyOf):
            nodes += node.parts
        else:
            yield node


def _holds(node: Node, yes: Collection[Node]) -> bool:
    match node:
        case AllOf(parts=parts):
            return all(_holds(part, yes) for part in parts)
        case AnyOf(parts=parts):
            return any(_holds(part, yes) for part in parts)
        case _:
            return node in yes


def _answers(questions: Sequence[Node], context: Context) -> Combinable:
    """Ask each condition once, however many levels name it; the answers are bits of one number."""
    bits = [
        Case(
            When(to_q(node, context) or _EVERYBODY, then=Value(1 << at)),
            default=Value(0),
            output_field=IntegerField(),
        )
        for at, node in enumerate(questions)
    ]
    return reduce(add, bits)


def _plain_rows(rows: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """Return rows as the database has them: a hundred thousand need no conversion."""
    try:
        statement, values = rows.query.sql_with_params()
    except EmptyResultSet:
        # Nobody can meet such conditions, and Django has no statement for that.
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
        return Expert.objects.filter(Among("pk", only))
    anything = AnyOf(tuple(node for levels in groups for _, node in levels))
    keys, columns = reach(anything), own_columns(anything)
    if keys is None:
        return Expert.objects.filter(to_q(anything, context))
    narrowed = to_q(columns, context) if columns else Q()
    return Expert.objects.filter(narrowed, pk__in=Ascending(keys))
