"""What came of the ratings of one project, as its page and its tab show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.draws.services.names import read_who_sat
from expertpool.evaluations.enums import BY_EXPERTS, Target
from expertpool.evaluations.models import Evaluation, Rating
from expertpool.evaluations.queries.ratings import (
    Line,
    Summary,
    counts,
    mean_of,
    ratings_in,
    summary_of,
)
from expertpool.experts.models import Expert

# Of fewer experts who rated an organiser one would be known by what he said.
LEAST = 3


@dataclass(frozen=True)
class Rated:
    """One expert of the panel with what was said of him."""

    expert: Expert
    lines: Sequence[Line]

    @property
    def mean(self) -> Decimal | None:
        """The mean of what counts."""
        totals = [one.rating.total for one in self.lines if counts(one.rating)]
        return mean_of(totals) if totals else None


def result_of(evaluation: Evaluation, user: User, *, now: datetime) -> list[Rated]:
    """Return who sat to the end in the panel of ``evaluation``, each with his ratings, as far as ``user`` may read the
    names: without them totals, words and minutes tell as much elsewhere. The look is logged."""
    said = ratings_in(evaluation)
    named = read_who_sat(project=evaluation.project, actor=user, now=now, purpose="专家评价")
    return [
        Rated(row.expert, [_line(one) for one in said.get(member.invitation_id, ())])
        for member, row in named
    ]


def _line(rating: Rating) -> Line:
    return Line(rating, "", is_vouched(rating))


@dataclass(frozen=True)
class Organiser:
    """What the experts said of who organised a review, without who said it: of fewer than `LEAST` nothing but that."""

    target: Target
    name: str
    raters: int
    summary: Summary | None
    comments: Sequence[str]
    least: int = LEAST


def organisers_of(evaluation: Evaluation) -> list[Organiser]:
    """Return what was said of who organised a review; nothing before the time for it is over: who has rated when
    would say more than what."""
    if evaluation.closed_at is None:
        return []
    rows = Rating.objects.filter(evaluation=evaluation, target__in=BY_EXPERTS)
    # By a random number: the order in which they came would tell who said what.
    said = list(rows.select_related("form", "rater", "evaluation__project").order_by("uid"))
    return [
        _organiser(target, evaluation.name_of(target), of)
        for target in BY_EXPERTS
        if (of := [one for one in said if one.target == target and counts(one)])
    ]


def _organiser(target: Target, name: str, said: Sequence[Rating]) -> Organiser:
    if len(said) < LEAST:
        return Organiser(target, name, len(said), None, ())
    comments = [text for one in said if (text := one.readable_comment)]
    return Organiser(target, name, len(said), summary_of(said), comments)
