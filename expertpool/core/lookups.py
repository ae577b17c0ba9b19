"""Conditions that Django has no words for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
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
from django.utils import timezone


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
        values: Collection[int] | Collection[bytes] | Collection[str] | QuerySet[Any],
    ) -> None:
        among = ArraySubquery(values) if isinstance(values, QuerySet) else array_of(values)
        super().__init__(F(column), among)


def array_of(values: Collection[Any]) -> Cast:
    """Return ``values`` as an array of the database; they travel as one text."""
    first = next(iter(values), None)
    kind: type[Field[Any, Any]] = BigIntegerField
    if isinstance(first, str):
        text, kind = array_text(values), TextField
    elif isinstance(first, bytes):
        text, kind = array_text([f"\\x{one.hex()}" for one in values]), BinaryField
    else:
        text = f"{{{','.join(map(str, values))}}}"
    return Cast(Value(text, output_field=TextField()), ArrayField(kind()))


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
