"""What happened in reviews, for apps above."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SheetSubmitted:
    """An expert has submitted his sheets of a review."""

    review_id: int


@dataclass(frozen=True)
class ReviewEnded:
    """Nobody scores in a review any more: all its experts have submitted."""

    review_id: int
