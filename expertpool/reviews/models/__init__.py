"""What is scored, by what rule, by whom, what was said and what came of it."""

from expertpool.reviews.models.assignments import EACH, MOST, ItemAssignment, ReassignRequest
from expertpool.reviews.models.results import ReviewResult
from expertpool.reviews.models.reviews import (
    MOST_LEFT,
    PLACES,
    PRICES,
    HandBack,
    Review,
    Reviewer,
    ReviewItem,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.models.rules import ReviewRule
from expertpool.reviews.models.stopping import StopRequest

__all__ = [
    "EACH",
    "MOST",
    "MOST_LEFT",
    "PLACES",
    "PRICES",
    "HandBack",
    "ItemAssignment",
    "ReassignRequest",
    "Review",
    "ReviewItem",
    "ReviewResult",
    "ReviewRule",
    "Reviewer",
    "ScoreSheet",
    "StopRequest",
    "Submission",
]
