"""What applications announce."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ApplicantAdmitted:
    """An application was approved for good: who made it is the expert that it names now."""

    application_id: int
