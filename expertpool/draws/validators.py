"""Between what the numbers of a plan have to lie, the same for page and interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class Bounds:
    """A validator of a number: from ``low`` to ``high``, both allowed."""

    low: int
    high: int
    words: str = ""  # what is said instead of the numbers

    def __call__(self, value: int) -> None:
        if not self.low <= value <= self.high:
            message = self.words or f"应为 {self.low} 至 {self.high}。"
            raise ValidationError(message, code="bounds")


# By the field of a plan; the office sets narrower ones for some (`services.plan.bounds_now`).
PLAN_BOUNDS: Mapping[str, Bounds] = {
    "unit_cap": Bounds(1, 99),
    "frequency_cap": Bounds(1, 999),
    "frequency_days": Bounds(1, 3650),
    "reply_minutes": Bounds(1, 43_200),
    "leave_hours": Bounds(0, 720),
    "reveal_hours": Bounds(0, 720),
}
MOST_GROUPS = 20  # of a plan
MOST_LEVELS = 20  # of a group
VALUE_LENGTH = 200  # characters of a random value
