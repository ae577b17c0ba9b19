"""Many counts, or keys of many rows, by one statement."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Value

from expertpool.core.prepared import Statement, ask_often

# A number, or the rows that are to be counted.
Countable = int | QuerySet[Any] | Statement

LATELY = 60  # seconds for which what was found so far need not be counted again
MANY = 100_000  # rows beyond which nobody sees that their number is a minute old


class Recent:
    """Counts of the last minute, in this process, by what was asked."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, float]] = {}

    def get(self, asked: str) -> int | None:
        count, at = self._found.get(asked, (0, float("-inf")))
        return count if time.monotonic() - at < LATELY else None

    def keep(self, found: Mapping[str, int]) -> None:
        now = time.monotonic()
        # At once: other threads add to it, and nobody may go through what changes.
        for asked, (_, at) in list(self._found.items()):
            if now - at >= LATELY:
                self._found.pop(asked, None)
        self._found.update({asked: (count, now) for asked, count in found.items()})


_many = Recent()


def counted_lately(questions: Iterable[Countable]) -> list[int]:
    """Return the same as `counted`, but of what are more than MANY what they were within the last minute: to count
    those takes longest (docs/decisions/0342)."""
    asked = [one if isinstance(one, int) else as_statement(one) or 0 for one in questions]
    kept = [None if isinstance(one, int) else _many.get(str(one)) for one in asked]
    counts = counted(
        (one if count is None else count for one, count in zip(asked, kept, strict=True)),
        often="numbers",
    )
    _many.keep(
        {
            str(one): count
            for one, old, count in zip(asked, kept, counts, strict=True)
            if old is None and count > MANY and not isinstance(one, int)
        }
    )
    return counts


def counted(
    questions: Iterable[Countable], *, often: str = "", has_one_plan: bool = False
) -> list[int]:
    """Return the number of each of ``questions``; all rows are counted by one statement. Of what every page asks the
    plan is kept, by a name that begins with ``often``; one for all values, if it ``has_one_plan`` (`ask_often`)."""
    asked = list(questions)
    statements = [as_statement(one) for one in asked if not isinstance(one, int)]
    parts = [one for one in statements if one]
    found: list[int] = []
    if parts:
        each = (f"(SELECT count(*) FROM ({sql}) AS counted)" for sql, _ in parts)  # noqa: S608 (Django wrote it)
        asks = Statement(f"SELECT {', '.join(each)}", [value for _, its in parts for value in its])
        with connection.cursor() as cursor:
            if often:
                ask_often(cursor, asks, called=often, has_one_plan=has_one_plan)
            else:
                cursor.execute(*asks)
            found = cursor.fetchone()
    counts = iter(found)
    numbers = iter([next(counts) if one else 0 for one in statements])
    return [one if isinstance(one, int) else next(numbers) for one in asked]


def keys_of(questions: Iterable[QuerySet[Any, Any]]) -> list[list[Any]]:
    """Return of each of ``questions``, which yields one column, all that it yields, in its order; by one statement, and
    each as one value: to make a row of every key takes longer than to find it."""
    parts, values = [], list[Any]()
    for rows in questions:
        try:
            part, its_values = rows.query.sql_with_params()
        except EmptyResultSet:
            parts.append("ARRAY[]::bigint[]")
            continue
        parts.append(f"ARRAY({part})")
        values += its_values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return list(cursor.fetchone())


def as_statement(rows: QuerySet[Any] | Statement) -> Statement | None:
    """What finds ``rows``; None for what is empty by its conditions, of which nothing is asked."""
    if isinstance(rows, Statement):
        return rows
    keys = rows if rows.query.is_sliced else rows.order_by()
    try:
        return Statement(*keys.values("pk").query.sql_with_params())
    except EmptyResultSet:
        return None


def first_of_each(questions: Iterable[tuple[str, QuerySet[Any]]]) -> QuerySet[Any, Any]:
    """Return the names (tuples of one) of those of ``questions`` that have any rows, of at least one, as one
    statement."""
    first, *others = (
        rows.order_by().annotate(_question=Value(name)).values_list("_question")[:1]
        for name, rows in questions
    )
    union: QuerySet[Any, Any] = first.union(*others, all=True)
    return union
