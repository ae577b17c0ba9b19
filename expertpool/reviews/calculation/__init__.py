"""The calculation of reviews: plain Python and exact numbers, without Django, clock or database.

`check_score` says why a score cannot stand, `result` what sheets come to, `explain` how they came to it.
"""

from expertpool.reviews.calculation.result import (
    PRICE,
    Item,
    Result,
    Roles,
    Row,
    Sheets,
    Vote,
    mean_of_code,
    result,
)
from expertpool.reviews.calculation.scores import (
    Problem,
    ScoreRefused,
    check_score,
    points_of,
    read_value,
    why_asked,
)
from expertpool.reviews.calculation.steps import Step, explain
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
    "PRICE",
    "Base",
    "Formula",
    "How",
    "Indicator",
    "Item",
    "Kind",
    "Passing",
    "Problem",
    "Result",
    "Roles",
    "Rounding",
    "Row",
    "RuleTree",
    "ScoreRefused",
    "Sheets",
    "Stage",
    "Step",
    "Vote",
    "check_score",
    "explain",
    "mean_of_code",
    "plain",
    "points_of",
    "read_value",
    "result",
    "why_asked",
]
