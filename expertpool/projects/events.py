"""Facts about projects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProjectApproved:
    """The project is released for its draw."""

    project_id: int
