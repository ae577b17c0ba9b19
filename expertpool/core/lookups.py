"""Conditions that Django has no words for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Value


class Among(Func):
    """Whether the whole number in ``column`` is one of ``values``: `in` for thousands of them.

    They travel as one value; each placeholder of its own would cost more to write than to look up.
    """

    # both expressions in one: `= ANY(` comes between them as their joiner
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, values: Collection[int]) -> None:
        among: Any = Value(list(values), output_field=ArrayField(BigIntegerField()))
        super().__init__(F(column), among)
