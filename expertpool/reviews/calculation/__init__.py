"""The calculation of reviews: plain Python and exact numbers, without Django, clock or database."""

from expertpool.reviews.calculation.tree import (
    FAILED,
    PASSED,
    Base,
    Formula,
    How,
    Indicator,
    Kind,
    Passing,
    Rounding,
    RuleTree,
    Stage,
    plain,
)

__all__ = [
    "FAILED",
    "PASSED",
    "Base",
    "Formula",
    "How",
    "Indicator",
    "Kind",
    "Passing",
    "Rounding",
    "RuleTree",
    "Stage",
    "plain",
]
