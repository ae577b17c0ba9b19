"""What inspections announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InspectionDecided:
    """The office let somebody pass, or did not: the end of his inspection."""

    inspection_id: int


@dataclass(frozen=True)
class ExpertsSuspended:
    """They are not drawn from today on, since they handed in nothing; they have been told."""

    inspection_ids: tuple[int, ...]
