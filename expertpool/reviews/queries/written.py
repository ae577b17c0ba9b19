"""Which rows of reviews are looked at: what decides a result, and results. None that this system did not write counts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.core.mandates import Mandate
from expertpool.reviews.models import (
    HandBack,
    ItemAssignment,
    ReassignRequest,
    Review,
    Reviewer,
    ReviewResult,
    ReviewRule,
    StopRequest,
    Submission,
)
from expertpool.workflow.queries.asking import is_asked


def _rules(now: datetime) -> QuerySet[ReviewRule]:
    return ReviewRule.objects.order_by("-at")


def _reviews(now: datetime) -> QuerySet[Review]:
    return Review.objects.select_related("project", "rule").order_by("-pk")


def _reviewers(now: datetime) -> QuerySet[Reviewer]:
    """Who scores, who leads, who left and why; also of what has ended, whose pages and prints say it."""
    return Reviewer.objects.select_related("review", "expert").order_by("-pk")


def _assignments(now: datetime) -> QuerySet[ItemAssignment]:
    """Who scores what, without what is long and was sealed, which a trigger keeps."""
    rows = ItemAssignment.objects.select_related("review").order_by("-pk")
    return rows.defer("people", "items_content")


def _is_as_drawn(row: ItemAssignment) -> bool:
    return not row.is_altered


def _reassigns(now: datetime) -> QuerySet[ReassignRequest]:
    rows = ReassignRequest.objects.filter(decided_at__isnull=True)
    return rows.select_related("review", "requested_by").order_by("-pk")


def _hand_backs(now: datetime) -> QuerySet[HandBack]:
    rows = HandBack.objects.filter(decided_at__isnull=True)
    return rows.select_related("submission", "requested_by").order_by("-pk")


def _stops(now: datetime) -> QuerySet[StopRequest]:
    rows = StopRequest.objects.filter(decided_at__isnull=True)
    return rows.select_related("review", "requested_by").order_by("-pk")


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
    Mandate("reviews.assignments", "评审对象分配", _assignments, is_whole=True, holds=_is_as_drawn),
    Mandate("reviews.reassigns", "回避、退出、候补申请", _reassigns, is_whole=True, holds=is_asked),
    Mandate("reviews.hand_backs", "退回评分表申请", _hand_backs, is_whole=True, holds=is_asked),
    Mandate("reviews.stops", "停止评审申请", _stops, is_whole=True, holds=is_asked),
    Mandate("reviews.submissions", "评分表", _submissions),
    Mandate("reviews.results", "评审结果", _results, is_whole=True),
)
