"""Many counts by one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet, Value

Countable = int | QuerySet[Any]  # a number, or the rows that are to be counted


def counted(questions: Iterable[Countable]) -> list[int]:
    """Return the number of each of ``questions``; all rows are counted by one statement."""
    asked = list(questions)
    each = [_count(rows, place) for place, rows in enumerate(asked) if isinstance(rows, QuerySet)]
    found = dict(each[0].union(*each[1:], all=True)) if each else {}
    # Of what is empty by its conditions nothing is asked.
    return [one if isinstance(one, int) else found.get(at, 0) for at, one in enumerate(asked)]


def first_of_each(questions: Iterable[tuple[str, QuerySet[Any]]]) -> QuerySet[Any, Any]:
    """Return the names (tuples of one) of those of ``questions`` that have any rows, of at least one, as one
    statement."""
    first, *others = (
        rows.order_by().annotate(_question=Value(name)).values_list("_question")[:1]
        for name, rows in questions
    )
    union: QuerySet[Any, Any] = first.union(*others, all=True)
    return union


def _count(rows: QuerySet[Any], place: int) -> QuerySet[Any, Any]:
    if rows.query.is_sliced or rows.query.distinct:
        rows = rows.model._default_manager.filter(pk__in=rows.values("pk"))
    # Names that no field has.
    placed = rows.order_by().annotate(_question=Value(place)).values("_question")
    counts: QuerySet[Any, Any] = placed.annotate(_rows=Count("*")).values_list("_question", "_rows")
    return counts
