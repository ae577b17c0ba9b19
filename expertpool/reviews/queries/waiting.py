"""Which assignments there are, and which of them wait for a second person."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.projects.models import Project
from expertpool.reviews.models import (
    HandBack,
    ItemAssignment,
    ReassignRequest,
    Review,
    StopRequest,
)
from expertpool.reviews.permissions import CONFIRM, SUPERVISES
from expertpool.reviews.queries.reviews import reviews_visible_to
from expertpool.workflow.queries.asking import is_asked


def assignments_of(project: Project) -> Iterable[int]:
    """Return the ids of all assignments of the review of ``project``, those that were given up among them."""
    return (
        ItemAssignment.objects.filter(review__project=project)
        .order_by()
        .values_list("pk", flat=True)
    )


# What the log of a project tells of its review: nothing of what experts do, who are not named to all who read it.
TOLD_OF_REVIEWS = (
    *(
        "review.open",
        "review.leave",
        "review.join",
        "review.leader",
        "review.end",
        "review.seal",
        "review.stop",
    ),
    *("review.reassign_ask", "review.reassign_refuse"),
    *("review.stop_ask", "review.stop_refuse"),
    *("request.on_the_spot", "request.by_code", "request.by_app"),
)


def reviews_of(project: Project) -> Iterable[int]:
    """Return the id of the review of ``project``, where there is one."""
    return Review.objects.filter(project=project).order_by().values_list("pk", flat=True)


def why_stopped(review: Review) -> str:
    """Say why ``review``, which has ended without a result, was stopped, and by whose hands where it took two."""
    rows = StopRequest.objects.filter(review=review, agreed=True)
    asked = rows.select_related("review", "requested_by", "decided_by").first()
    if asked is None:
        return _stopped_by_one(review)
    if not is_asked(asked):
        return "评审没有结果；停止的申请在系统之外被改动过，请管理员核查。"
    hands = f"{asked.requested_by} 申请、{asked.decided_by} 确认"
    return f"{hands}停止，评审没有结果。原因：{asked.reason}"


def _stopped_by_one(review: Review) -> str:
    # Nobody had to agree: who did it and why stands in the log alone.
    logged = proven(entries_for((Review, [str(review.pk)], ("review.stop",))))
    entry = next(iter(logged), None)
    if entry is None:
        return "所依据的抽取已经作废，评审没有结果；没有查到是谁停止的，请管理员核查日志。"
    return f"所依据的抽取已经作废，{entry.actor_name} 停止，评审没有结果。原因：{entry.note}"


def forged_about(review: Review) -> bool:
    """Tell whether a request about ``review`` stands as open that nobody asked for here as it stands."""
    about = ReassignRequest.objects.filter(review=review, decided_at__isnull=True)
    stops = StopRequest.objects.filter(review=review, decided_at__isnull=True)
    rows = [row for of in (about, stops) for row in of.select_related("review", "requested_by")]
    backs = HandBack.objects.filter(submission__reviewer__review=review, decided_at__isnull=True)
    return not all(map(is_asked, [*rows, *backs.select_related("submission", "requested_by")]))


def waiting_for_value(user: User) -> QuerySet[ItemAssignment]:
    """Return what waits for the value of a supervisor, whom ``user`` could be."""
    return _waiting(user, SUPERVISES).filter(supervised=True, by_hand=False)


def waiting_for_confirmation(user: User) -> QuerySet[ItemAssignment]:
    """Return what was chosen by hand and waits for one who confirms it, whom ``user`` could be."""
    return _waiting(user, CONFIRM).filter(by_hand=True)


def _waiting(user: User, code: str) -> QuerySet[ItemAssignment]:
    rows = ItemAssignment.objects.filter(
        review__in=reviews_visible_to(user, code).order_by().values("pk"),
        review__ended_at__isnull=True,
        sealed_at__isnull=False,
        drawn_at__isnull=True,
        voided_at__isnull=True,
    )
    return rows.exclude(sealed_by=user)
