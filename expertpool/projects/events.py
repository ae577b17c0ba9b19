"""Facts about projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ProjectApproved:
    """The project is released for its draw."""

    project_id: int


@dataclass(frozen=True)
class ProjectIsArchived:
    """Nothing of the project changes any more."""

    project_id: int
    by_id: int
    at: datetime


@dataclass(frozen=True)
class BatchLed:
    """Another project leads its batch from now on: its draw plan is that of the batch."""

    project_id: int
    before_id: int
    by_id: int
    at: datetime
