"""What directory announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitsMerged:
    """Two units became one: whoever was tied to the one is tied to ``unit_id`` now."""

    unit_id: int
