"""What two persons decide of reviews, as `workflow` asks for it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.visibility import told_later
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import HandBack, ItemAssignment, ReassignRequest, Submission
from expertpool.reviews.permissions import CONFIRM, MANAGE, SUPERVISES
from expertpool.reviews.queries.reviews import SUBMISSIONS, reviews_visible_to
from expertpool.reviews.services.reassigning import (
    check_reassign,
    decide_reassign,
    in_words,
    lock_assignment,
)
from expertpool.reviews.services.returning import (
    check_hand_back,
    decide_hand_back,
    lock_submission,
    request_hand_back,
)
from expertpool.workflow.queries.matters import Matter, Words


def _reached(user: User, code: str) -> QuerySet[Submission]:
    reviews = reviews_visible_to(user, code).order_by().values("pk")
    rows = Submission.objects.filter(reviewer__review__in=reviews)
    rows = rows.exclude(told_later(SUBMISSIONS))
    return rows.select_related("reviewer__review__project")


HAND_BACKS = Matter(
    code="reviews.return",
    model=HandBack,
    asks=MANAGE,
    decides=CONFIRM,
    subjects=_reached,
    name_of=lambda one: f"{one.reviewer.review.project.name} {one.reviewer}",
    page=lambda one: reverse("reviews:detail", args=[one.reviewer.review_id]),
    related=("submission__reviewer__review__project",),
    refused=ReviewRefused,
    lock=lock_submission,
    ask=request_hand_back,
    decide=decide_hand_back,
    check=check_hand_back,
    details=lambda asked: f"{asked.submission.reviewer}的评分表第 {asked.submission.version} 版",
    about=lambda asked: asked.submission.reviewer.review,
    icon="arrow-back-up",
    order=70,
    words=Words(
        label="退回评分表",
        title="退回评分表等待确认",
        agree="同意退回",
        question="确认退回？专家收到通知后可以修改评分、重新签字提交，两个版本都保留。",
        asked="已申请，等待另一位有权限的人员同意后退回。",
        agreed="已退回，专家可以修改后重新提交。",
        turned_down="已退回申请，评分表不变。",
    ),
)


def _assignments(user: User, code: str) -> QuerySet[ItemAssignment]:
    rows = ItemAssignment.objects.filter(
        review__in=reviews_visible_to(user, code).order_by().values("pk")
    )
    return rows.select_related("review__project")


REASSIGN = Matter(
    code="reviews.reassign",
    model=ReassignRequest,
    asks=MANAGE,
    decides=SUPERVISES,
    subjects=_assignments,
    name_of=lambda row: f"{row.review.project.name} {row.number}".rstrip(),
    page=lambda row: reverse("reviews:assignment", args=[row.review_id]),
    related=("assignment__review__project", "reviewer"),
    refused=ReviewRefused,
    lock=lock_assignment,
    decide=decide_reassign,
    check=check_reassign,
    details=lambda asked: f"{asked.reviewer}{in_words(asked)}",
    about=lambda asked: asked.assignment.review,
    on_the_spot=True,
    icon="replace",
    order=16,
    words=Words(
        label="回避、退出评审",
        title="有人申请专家回避或退出评审",
        agree="确认",
        question="确认？确认后立即按次序改由其他专家评，他填过的评分作废，不能撤回。",
        asked="已申请，等待监督人确认；确认之前仍由他评。",
        agreed="已确认，改由其他专家评，已通知。",
        turned_down="已退回申请，仍由他评。",
    ),
)
MATTERS = (HAND_BACKS, REASSIGN)
