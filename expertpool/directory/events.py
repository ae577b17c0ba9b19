"""What directory announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class UnitsToMerge:
    """All that refers to ``unit_id`` is about to refer to ``into_id``: for whoever vouches for rows, or keeps their
    history. ``actor_id`` merges them, at ``at``."""

    unit_id: int
    into_id: int
    actor_id: int | None
    at: datetime


@dataclass(frozen=True)
class UnitsMerged:
    """Two units became one: whoever was tied to the one is tied to ``unit_id`` now."""

    unit_id: int
