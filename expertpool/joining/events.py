"""What applications announce."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ApplicantAdmitted:
    """An application was approved for good: who made it is the expert that it names now."""

    application_id: int


@dataclass(frozen=True)
class ApplicationRejected:
    """An application was turned down for good; its applicant has been told."""

    application_id: int
