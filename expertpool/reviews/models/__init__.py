"""What is scored, by what rule, by whom, and what was said."""

from expertpool.reviews.models.assignments import EACH, MOST, ItemAssignment
from expertpool.reviews.models.reviews import (
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

__all__ = [
    "EACH",
    "MOST",
    "PLACES",
    "PRICES",
    "HandBack",
    "ItemAssignment",
    "Review",
    "ReviewItem",
    "ReviewRule",
    "Reviewer",
    "ScoreSheet",
    "Submission",
]
