"""What is scored, by what rule, by whom, and what was said."""

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
    "PLACES",
    "PRICES",
    "HandBack",
    "Review",
    "ReviewItem",
    "ReviewRule",
    "Reviewer",
    "ScoreSheet",
    "Submission",
]
