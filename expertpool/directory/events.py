"""What directory announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitsToMerge:
    """All that refers to ``unit_id`` is about to refer to ``into_id``: for whoever vouches for rows."""

    unit_id: int
    into_id: int


@dataclass(frozen=True)
class UnitsMerged:
    """Two units became one: whoever was tied to the one is tied to ``unit_id`` now."""

    unit_id: int
