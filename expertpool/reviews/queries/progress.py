"""How far the experts of a review have come, and nothing of what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from expertpool.draws.queries.written import has_signed_in
from expertpool.reviews.enums import ReviewerState
from expertpool.reviews.models import Review, Reviewer, ScoreSheet, Submission
from expertpool.reviews.models.reviews import state_of
from expertpool.reviews.queries.reviews import STANDING
from expertpool.reviews.queries.sheets import asked_codes


@dataclass(frozen=True)
class Progress:
    """How far one expert has come: what he has filled in, nothing of what he said."""

    reviewer: Reviewer
    state: ReviewerState
    filled: int
    asked: int
    saved_at: datetime | None
    submission: Submission | None
    items: int  # that he is asked to score
    signed_in_at: datetime | None

    @property
    def is_missing(self) -> bool:
        unfinished = self.state in (ReviewerState.WAITING, ReviewerState.SCORING)
        return unfinished and self.items > 0


def progress_of(review: Review) -> list[Progress]:
    """Return how far each expert of ``review`` has come, in the order of the panel."""
    sheets = Prefetch("sheets", ScoreSheet.objects.order_by("item__place"))
    standing = Prefetch("submissions", Submission.objects.filter(STANDING), to_attr="standing")
    rows: Any = Reviewer.objects.filter(review=review).select_related(
        "expert__employer", "expert__user", "invitation__draw"
    )
    found, asked = [], asked_codes(review)
    for one in rows.order_by("place").prefetch_related(sheets, standing):
        one.review = review
        own = list(one.sheets.all())
        submission = next(iter(one.standing), None)
        saved = [sheet.saved_at for sheet in own if sheet.saved_at]
        filled = sum(code in sheet.scores for sheet in own for code in asked)
        state = state_of(one, submitted=submission is not None, started=bool(filled))
        found.append(
            Progress(
                reviewer=one,
                state=state,
                filled=filled,
                asked=len(asked) * len(own),
                saved_at=max(saved, default=None),
                submission=submission,
                items=len(own),
                signed_in_at=_signed_in_at(one),
            )
        )
    return found


def _signed_in_at(reviewer: Reviewer) -> datetime | None:
    """Return when he came: as the office noted, or by the code that is shown at the place."""
    line = reviewer.invitation
    by_code = line.signed_in_at if has_signed_in(line) else None
    return reviewer.signed_in_at or by_code
