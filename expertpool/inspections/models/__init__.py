"""Yearly inspections, and renewals of terms."""

from expertpool.inspections.models.inspection import (
    DECLARATION,
    GUIDANCE,
    LONGEST,
    MATERIALS,
    MOST_MATERIALS,
    MOST_REASON,
    YEARS,
    Inspection,
    Round,
)
from expertpool.inspections.models.renewal import Renewal, RenewalRun

__all__ = [
    "DECLARATION",
    "GUIDANCE",
    "LONGEST",
    "MATERIALS",
    "MOST_MATERIALS",
    "MOST_REASON",
    "YEARS",
    "Inspection",
    "Renewal",
    "RenewalRun",
    "Round",
]
