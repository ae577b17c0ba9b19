"""Between what numbers, days and moments have to lie: said once, beside the field.

    budget = models.DecimalField("预算（元）", validators=[BUDGET], …)
    constraints = [within("projects_project_bounds", budget=BUDGET, opening_at=MOMENTS)]

The validator speaks wherever a value comes in (page, import, interface: each service calls
``full_clean``), the constraint keeps the database, `mend` brings rows from before into it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import migrations, models
from django.db.models.functions import Cast

from expertpool.core.text import plain_number

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """A validator: from ``low`` to ``high``, both allowed. ``words`` are said instead of the
    numbers."""

    low: Any
    high: Any
    words: str = ""

    def __call__(self, value: Any) -> None:
        if not self.low <= value <= self.high:
            raise ValidationError(self.sentence, code="bounds")

    def nearest(self, value: Any) -> Any:
        """Return ``value``, or the bound that it lies beyond."""
        return min(max(value, self.low), self.high)

    @property
    def sentence(self) -> str:
        """What is said of a value outside."""
        if self.words:
            return self.words
        if isinstance(self.low, date):  # a moment is one, too
            return f"应在 {self.low.year} 年至 {self.high.year} 年之间。"
        return f"应为 {_word(self.low)} 至 {_word(self.high)}。"

    @property
    def messages(self) -> dict[str, str]:
        """For a form field with these as ``min_value`` and ``max_value``: the same words, not Django's."""
        return dict.fromkeys(("min_value", "max_value"), self.sentence)

    def number(self, **kw: Any) -> forms.IntegerField:
        """Return a form field for whole numbers within."""
        return forms.IntegerField(
            min_value=self.low, max_value=self.high, error_messages=self.messages, **kw
        )

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """For migrations."""
        words = {"words": self.words} if self.words else {}
        return f"{__name__}.Bounds", (self.low, self.high), words


def _word(bound: Any) -> str:
    return plain_number(bound) if isinstance(bound, float | Decimal) else str(bound)


# Any day and any moment: what lies outside was mistyped, and breaks time zones and arithmetic.
DAYS = Bounds(date(1900, 1, 1), date(2099, 12, 31))
MOMENTS = Bounds(datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 15, 59, tzinfo=UTC))
ORDER = Bounds(0, 9999)  # the place of a row among others, as administrators set it


def within(name: str, **bounds: Bounds) -> models.CheckConstraint:
    """Return the constraint that keeps columns within their bounds; nothing is within, too."""
    inside = {f"{column}__range": (one.low, one.high) for column, one in bounds.items()}
    return models.CheckConstraint(condition=models.Q(**inside), name=name)


def mend(app: str, model: str, *, empty: bool = False, **bounds: Bounds) -> migrations.RunPython:
    """Return the step of a migration that brings rows from before into their bounds.

    A value outside becomes the nearest inside, or nothing (``empty``) where the nearest would say
    something false, such as a birthday. Each row is logged with what it held.
    """

    def bring_in(apps: Any, schema_editor: Any) -> None:
        table = apps.get_model(app, model)
        for column, one in bounds.items():
            outside = table._default_manager.exclude(**{f"{column}__range": (one.low, one.high)})
            rows = outside.exclude(**{f"{column}__isnull": True}).values_list(
                "pk", _as_text(column)
            )
            for pk, was in list(rows):
                value = None if empty else _nearest(table, column, one, pk)
                table._default_manager.filter(pk=pk).update(**{column: value})
                logger.warning("%s.%s %s: %s was %s, is %s", app, model, pk, column, was, value)

    return migrations.RunPython(bring_in, migrations.RunPython.noop)


def _as_text(column: str) -> Any:
    # The driver cannot read every day that the database keeps (infinity, years before Christ).
    return Cast(column, models.TextField())


def _nearest(table: Any, column: str, one: Bounds, pk: Any) -> Any:
    below = table._default_manager.filter(pk=pk, **{f"{column}__lt": one.low}).exists()
    return one.low if below else one.high
