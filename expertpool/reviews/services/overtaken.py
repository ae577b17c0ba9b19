"""Requests of two persons about a review of which nothing can come any more: they end, and who asked is told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from expertpool.reviews.models import (
    HandBack,
    ReassignRequest,
    Review,
    Reviewer,
    StopRequest,
    Submission,
)
from expertpool.workflow.services.two_persons import end_with_subject


def end_all_about(review: Review, *, why: str, now: datetime) -> None:
    """End whatever waits about ``review``, which is over."""
    end_with_subject(ReassignRequest, review, why=why, now=now)
    end_with_subject(StopRequest, review, why=why, now=now)
    waiting = HandBack.objects.filter(decided_at__isnull=True, submission__reviewer__review=review)
    for one in Submission.objects.filter(pk__in=waiting.values("submission")):
        end_with_subject(HandBack, one, why=why, now=now)


def end_about(reviewer: Reviewer, *, why: str, now: datetime) -> None:
    """End what waits about ``reviewer``, who scores no more."""
    end_with_subject(
        ReassignRequest,
        reviewer.review,
        why=why,
        now=now,
        only=lambda asked: asked.reviewer_id == reviewer.pk,
    )


def end_about_items(
    reviewer: Reviewer, places: Collection[int], *, why: str, now: datetime
) -> None:
    """End what waits for ``reviewer`` to stay away from items, among them any at ``places``, which are not his any more."""
    end_with_subject(
        ReassignRequest,
        reviewer.review,
        why=why,
        now=now,
        only=lambda asked: (
            asked.reviewer_id == reviewer.pk
            and not asked.leaves
            and not set(places).isdisjoint(asked.places)
        ),
    )


def end_about_standby(review: Review, invitation_id: int, *, why: str, now: datetime) -> None:
    """End what waits for the one of ``invitation_id`` to come in, who has."""
    end_with_subject(
        ReassignRequest,
        review,
        why=why,
        now=now,
        only=lambda asked: asked.invitation_id == invitation_id,
    )
