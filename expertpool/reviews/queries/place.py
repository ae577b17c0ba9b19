"""The meeting of a panel: by which code its experts sign in at the place, and who of them has come."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from expertpool.core.crypto import blind_index
from expertpool.experts.models import Expert
from expertpool.reviews.models import Review, Reviewer
from expertpool.reviews.queries.progress import signed_in_at
from expertpool.reviews.queries.reviews import SCORES, sits_on, whose

STEP = timedelta(seconds=30)  # a code and the one before count: whoever scans has time to confirm
CODE = 24  # hex digits: nobody guesses one


@dataclass(frozen=True)
class Attendance:
    """How many of those who score are at the place."""

    came: int
    expected: int

    @property
    def missing(self) -> int:
        return self.expected - self.came


def is_held_now(review: Review, *, now: datetime) -> bool:
    """Tell whether the panel of ``review`` sits on the day of ``now``, and goes on: then it is no secret who is at his
    account (`reviews.told_tomorrow`)."""
    return (
        review.opened_at is not None
        and review.ended_at is None
        and sits_on(review.project_id, now=now)
    )


def place_code(review: Review, *, now: datetime) -> str:
    """Return the code that the screen at the place shows now."""
    return _code(review, _step(now))


def is_place_code(review: Review, code: str, *, now: datetime) -> bool:
    """Tell whether ``code`` is on the screen at the place, or was half a minute ago."""
    known = (_code(review, _step(now)), _code(review, _step(now) - 1))
    # Both are compared, however the first one went.
    right = [hmac.compare_digest(code.encode(), one.encode()) for one in known]
    return any(right)


def _step(now: datetime) -> int:
    return int(now.timestamp() // STEP.total_seconds())


def _code(review: Review, step: int) -> str:
    # Of a keyed digest: nobody computes it who has not the secret.
    return blind_index("reviews.place", f"{review.uid.hex}:{step}").hex()[:CODE]


def attendance_of(review: Review) -> Attendance:
    """Return how many of those who score in ``review`` have come, as far as this system wrote it."""
    people = Reviewer.objects.filter(SCORES, review=review).select_related("invitation__draw")
    came = [signed_in_at(one) is not None for one in people]
    return Attendance(sum(came), len(came))


def seat_of(expert: Expert, review_id: int) -> Reviewer | None:
    """Return the seat of ``expert`` in a review that was opened; None where he has none."""
    rows = Reviewer.objects.filter(
        whose(expert), SCORES, review=review_id, review__opened_at__isnull=False
    )
    return rows.select_related("review__project", "expert", "invitation__draw").first()
