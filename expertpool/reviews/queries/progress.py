"""How far the experts of a review have come, and nothing of what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Prefetch, Value, When
from django.utils import timezone

from expertpool.draws.queries.untold import sealed_draws, untold_submissions
from expertpool.draws.queries.written import has_signed_in
from expertpool.experts.queries.availability import day_start
from expertpool.reviews.enums import ReviewerState
from expertpool.reviews.models import (
    ItemAssignment,
    Review,
    Reviewer,
    ReviewItem,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.models.reviews import state_of
from expertpool.reviews.queries.fallen import fallen_in
from expertpool.reviews.queries.reviews import is_told_tomorrow, told_standing
from expertpool.reviews.queries.sheets import asked_codes, rule_of


@dataclass(frozen=True)
class Progress:
    """How far one expert has come: what he has filled in, nothing of what he said. ``is_held``: what he does today is told
    tomorrow, and how much he has filled in not at all."""

    reviewer: Reviewer
    state: ReviewerState
    filled: int
    asked: int
    submission: Submission | None
    items: int  # that he is asked to score
    signed_in_at: datetime | None
    came_today: bool  # names are sealed: the minute is nobody's business
    is_held: bool
    is_altered: bool  # somebody else has written who he is here, or which sheets he has

    @property
    def is_missing(self) -> bool:
        unfinished = self.state in (ReviewerState.WAITING, ReviewerState.SCORING)
        return unfinished and self.items > 0 and not self.is_void

    @property
    def may_be_handed_back(self) -> bool:
        """Whether he has submitted, and could fill it in again."""
        return self.submission is not None and not self.reviewer.left_at and not self.is_void

    @property
    def is_void(self) -> bool:
        """Whether he scores for a draw that is void: nothing of it is taken from him any more."""
        return not self.reviewer.left_at and not self.reviewer.invitation.draw.is_valid

    @property
    def leads(self) -> bool:
        """Whether he leads the panel; of a void draw nobody does."""
        row = self.reviewer
        return row.is_leader and not row.is_altered and not self.is_void


def progress_of(review: Review) -> list[Progress]:
    """Return how far each expert of ``review`` has come, in the order of the panel."""
    sheets = Prefetch("sheets", ScoreSheet.objects.order_by("item__place"))
    # The minute is nobody's business while names are sealed, even where the panel sits here.
    untold = Case(When(untold_submissions(), then=Value(True)), default=Value(False))
    told = told_standing().annotate(is_untold=untold)
    standing, is_held = Prefetch("submissions", told, to_attr="standing"), is_told_tomorrow(review)
    rows: Any = Reviewer.objects.filter(review=review).select_related(
        "expert__employer", "expert__user", "invitation__draw"
    )
    found, whole, rule = [], _whole(review), rule_of(review)
    fallen, all_codes = fallen_in(review, rule), asked_codes(rule)
    codes = {item: asked_codes(rule, stage) for item, stage in fallen.items()}
    is_sealed, today = sealed_draws().exists(), day_start(timezone.localdate())
    for one in rows.order_by("place").prefetch_related(sheets, standing):
        one.review = review
        own = list(one.sheets.all())
        submission = next(iter(one.standing), None)
        held = is_held and submission is None
        asked = [(sheet, codes.get(sheet.item_id, all_codes)) for sheet in own]
        filled = 0 if held else sum(code in sheet.scores for sheet, of in asked for code in of)
        came_at = signed_in_at(one)
        state = state_of(one, submitted=submission is not None, started=bool(filled))
        found.append(
            Progress(
                reviewer=one,
                state=state,
                filled=filled,
                asked=sum(len(of) for _, of in asked),
                submission=submission,
                items=len(own),
                signed_in_at=came_at,
                came_today=is_sealed and came_at is not None and came_at >= today,
                is_held=held,
                is_altered=one.is_altered or whole not in (None, len(own)),
            )
        )
    return found


def signed_in_at(reviewer: Reviewer) -> datetime | None:
    """Return when he came: as the office noted, or by the code that is shown at the place."""
    line = reviewer.invitation
    by_code = line.signed_in_at if has_signed_in(line) else None
    return reviewer.signed_in_at or by_code


def _whole(review: Review) -> int | None:
    """Return how many items each scores; None where they are given to some of the experts."""
    if ItemAssignment.objects.filter(review=review, voided_at__isnull=True).exists():
        return None
    return ReviewItem.objects.filter(review=review).count()
