"""Which rows of reviews are looked at: what decides a result, and results. None that this system did not write counts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.core.mandates import Mandate
from expertpool.reviews.models import Review, Reviewer, ReviewResult, ReviewRule, Submission


def _rules(now: datetime) -> QuerySet[ReviewRule]:
    return ReviewRule.objects.order_by("-at")


def _reviews(now: datetime) -> QuerySet[Review]:
    return Review.objects.select_related("project", "rule").order_by("-pk")


def _reviewers(now: datetime) -> QuerySet[Reviewer]:
    """Who scores, and who leads: of reviews that go on."""
    rows = Reviewer.objects.filter(review__ended_at__isnull=True)
    return rows.select_related("review", "expert").order_by("-pk")


def _submissions(now: datetime) -> QuerySet[Submission]:
    """Of reviews that go on; what has ended is sealed."""
    rows = Submission.objects.filter(reviewer__review__ended_at__isnull=True)
    return rows.select_related("reviewer__review", "reviewer__expert").order_by("-submitted_at")


def _results(now: datetime) -> QuerySet[ReviewResult]:
    """Without their records, which are large: whoever reads one compares it with its digest."""
    return ReviewResult.objects.select_related("review").defer("content").order_by("-sealed_at")


WRITTEN = (
    Mandate("reviews.rules", "评审规则", _rules, is_whole=True),
    Mandate("reviews.reviews", "评审", _reviews, is_whole=True),
    Mandate("reviews.reviewers", "评审专家", _reviewers, is_whole=True),
    Mandate("reviews.submissions", "评分表", _submissions),
    Mandate("reviews.results", "评审结果", _results, is_whole=True),
)
