"""What experts earned, by which rules, and what they may ask for it."""

from expertpool.points.models.benefits import Benefit, BenefitRequest, PointLevel
from expertpool.points.models.ledger import Correction, PointAccount, PointEntry
from expertpool.points.models.rules import PointRule, Settled

__all__ = [
    "Benefit",
    "BenefitRequest",
    "Correction",
    "PointAccount",
    "PointEntry",
    "PointLevel",
    "PointRule",
    "Settled",
]
