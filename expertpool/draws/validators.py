"""Between what the numbers of a plan have to lie, the same for page and interface."""

from __future__ import annotations

from collections.abc import Mapping

from expertpool.core.bounds import Bounds

# By the field of a plan; the office sets narrower ones for some (`services.plan.bounds_now`).
PLAN_BOUNDS: Mapping[str, Bounds] = {
    "unit_cap": Bounds(1, 99),
    "frequency_cap": Bounds(1, 999),
    "frequency_days": Bounds(1, 3650),
    "reply_minutes": Bounds(1, 43_200),
    "leave_hours": Bounds(0, 720),
    "reveal_hours": Bounds(0, 720),
}
EMERGENCY = Bounds(5, 120)  # minutes to reply in
SEATS = Bounds(1, 99)
STANDBY_SEATS = Bounds(0, 99)
REVEAL_HOURS = PLAN_BOUNDS["reveal_hours"]
MOST_GROUPS = 20  # of a plan
MOST_LEVELS = 20  # of a group
VALUE_LENGTH = 200  # characters of a random value
