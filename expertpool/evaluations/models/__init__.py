"""What is asked about experts and organisers, and what was answered."""

from expertpool.evaluations.models.forms import (
    MOST_DIMENSIONS,
    MOST_GRADES,
    SCORES,
    WEIGHTS,
    RatingForm,
)
from expertpool.evaluations.models.lifts import CautionLift
from expertpool.evaluations.models.objections import CautionObjection, RatingObjection
from expertpool.evaluations.models.ratings import LONGEST, Evaluation, Rating
from expertpool.evaluations.models.sanctions import Sanction

__all__ = [
    "LONGEST",
    "MOST_DIMENSIONS",
    "MOST_GRADES",
    "SCORES",
    "WEIGHTS",
    "CautionLift",
    "CautionObjection",
    "Evaluation",
    "Rating",
    "RatingForm",
    "RatingObjection",
    "Sanction",
]
