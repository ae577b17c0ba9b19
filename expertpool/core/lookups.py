"""Conditions that Django has no words for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Set
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BinaryField,
    BooleanField,
    F,
    Field,
    Func,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.db.models.sql.where import AND, WhereNode
from django.utils import timezone

from expertpool.core.prepared import Given


class Among(Func):
    """Whether the whole number, the bytes or the text in ``column`` is one of ``values``: `in` for thousands of them.

    They travel as one text; each placeholder of its own would cost more to write than to look up,
    and so do the numbers of a list. Rows of one column are gathered by the database first, which
    an index of ``column`` is then asked for: `in` may be taken for a condition on each row.
    """

    # both expressions in one: `= ANY(` comes between them as their joiner
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(
        self,
        column: str,
        values: Collection[int] | Collection[bytes] | Collection[str] | QuerySet[Any] | Given,
    ) -> None:
        among = ArraySubquery(values) if isinstance(values, QuerySet) else array_of(values)
        self.values = values
        super().__init__(F(column), among)


def keys_named(rows: QuerySet[Any]) -> tuple[Collection[int] | None, QuerySet[Any]]:
    """Return keys of ``rows`` beyond which nobody fits, as one of their conditions names them (None where none does), and
    the rows without that condition: for whoever asks about some of these keys, and need not carry all of them along."""
    others = rows.all()
    named: list[tuple[Any, Any, WhereNode]] = [
        (one.lhs.values, one, node)
        for one, node in _conditions(others.query.where)
        if (column := one.lhs.get_source_expressions()[0]).target is rows.model._meta.pk
        and column.alias == rows.query.get_initial_alias()
        and not isinstance(one.lhs.values, QuerySet)
    ]
    if not named:
        return None, rows
    implied = [one for one in named if isinstance(one[0], Implied)]
    known = [one for one in named if not isinstance(one[0], Implied)]
    taken = min(known, key=lambda one: len(one[0])) if known else implied[0]
    for _, condition, node in (taken, *implied):
        node.children = [one for one in node.children if one is not condition]
    return taken[0], others


def _conditions(node: WhereNode) -> Iterator[tuple[Any, WhereNode]]:
    """Return the conditions of this kind that all rows fit, each with where it stands."""
    if node.negated or (node.connector != AND and len(node.children) > 1):
        return
    for child in node.children:
        if isinstance(child, WhereNode):
            yield from _conditions(child)
        elif isinstance(child, Exact) and child.rhs is True and isinstance(child.lhs, Among):
            yield child, node


class Sought(Collection[int]):
    """Keys that are looked for when a statement is written that asks for them, and not before."""

    keys: Collection[int]

    @cached_property
    def text(self) -> str:
        return _number_text(self)

    def __iter__(self) -> Iterator[int]:
        return iter(self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.keys


class Implied(Sought):
    """Keys of all whom other conditions of the same rows fit, for whoever would ask those of each: these are ``gathered``
    by indexes, if at all."""

    def __init__(self, gathered: Callable[[], Set[int]]) -> None:
        self._gathered = gathered

    @cached_property
    def keys(self) -> Set[int]:  # type: ignore[override]
        return self._gathered()


class _Numbers(Sought):
    """Numbers that are known; their text is made once, where a statement is written with them: of tens of thousands that
    takes as long as to find them, and an order of keys never asks with all of them."""

    def __init__(self, numbers: Collection[int]) -> None:
        self.keys = numbers


class _SoughtText(Value):
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return "%s", (self.value.text,)


def array_of(values: Collection[Any] | Given) -> Cast:
    """Return ``values`` as an array of the database; they travel as one text. Of a prepared question they are given as a
    list."""
    if isinstance(values, Given):
        return Cast(values, ArrayField(values.kind()))
    first = None if isinstance(values, Sought) else next(iter(values), None)
    if isinstance(first, str):
        return _written(array_text(values), TextField)
    if isinstance(first, bytes):
        return _written(array_text([f"\\x{one.hex()}" for one in values]), BinaryField)
    sought = values if isinstance(values, Sought) else _Numbers(values)
    return Cast(_SoughtText(sought, output_field=TextField()), ArrayField(BigIntegerField()))


def _written(text: str, kind: type[Field[Any, Any]]) -> Cast:
    return Cast(Value(text, output_field=TextField()), ArrayField(kind()))


def _number_text(numbers: Collection[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def array_text(words: Collection[str]) -> str:
    """Return ``words`` as the database reads an array: the driver would take a call for each."""
    if not words:
        return "{}"
    text = "\0".join(words).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + text.replace("\0", '","') + '"}'


class Ascending(Subquery):
    """The keys that the rows of one column give, each once and in their order: whoever is looked up
    by thousands of them goes through index and table from one end to the other, where `in` takes
    keys as a hash table has them."""

    template = "(SELECT DISTINCT * FROM (%(subquery)s) AS found ORDER BY 1)"


def within_days(field: str, days: tuple[date | None, date | None]) -> Q:
    """Return the rows whose moment ``field`` lies on one of ``days``, both included; None is open.

    Bounds of the column itself, which an index serves; the date of a moment it does not.
    """
    first, last = days
    bounds = {}
    if first is not None:
        bounds[f"{field}__gte"] = _start(first)
    if last is not None:
        bounds[f"{field}__lt"] = _start(last + timedelta(days=1))
    return Q(**bounds)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
