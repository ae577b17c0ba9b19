"""What two persons decide of reviews, as `workflow` asks for it."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.visibility import told_later
from expertpool.draws.models import Invitation
from expertpool.projects.models import Project
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import (
    HandBack,
    ReassignRequest,
    Reviewer,
    StopRequest,
    Submission,
)
from expertpool.reviews.permissions import CONFIRM, MANAGE, SUPERVISES
from expertpool.reviews.queries.reviews import SUBMISSIONS, may_name, reviews_visible_to
from expertpool.reviews.services.reassigning import (
    check_reassign,
    decide_reassign,
    hold_review,
    in_words,
)
from expertpool.reviews.services.returning import (
    check_hand_back,
    decide_hand_back,
    lock_submission,
    request_hand_back,
)
from expertpool.reviews.services.stopping import check_stop, decide_stop, request_stop
from expertpool.workflow.queries.matters import Matter, Words


def _reached(user: User, code: str) -> QuerySet[Submission]:
    reviews = reviews_visible_to(user, code).order_by().values("pk")
    rows = Submission.objects.filter(reviewer__review__in=reviews)
    rows = rows.exclude(told_later(SUBMISSIONS))
    return rows.select_related("reviewer__review__project")


def _named(row: Reviewer | Invitation | None, project: Project, user: User) -> str:
    """Return the name of the expert of ``row``; empty for who may not read it."""
    if row is None or row.expert is None or not may_name(user, project, now=timezone.now()):
        return ""
    return row.expert.name


def whose_sheet(asked: HandBack, user: User) -> str:
    row = asked.submission.reviewer
    return _named(row, row.review.project, user)


def whom(asked: ReassignRequest, user: User) -> str:
    return _named(asked.reviewer or asked.invitation, asked.review.project, user)


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
    whom=whose_sheet,
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


_GIVEN_ON = Words(
    label="回避、退出评审",
    title="有人申请专家回避或退出评审",
    agree="确认",
    question="确认？确认后立即按次序改由其他专家评，他填过的评分作废，不能撤回。",
    asked="已申请，等待监督人确认；确认之前仍由他评。",
    agreed="已确认，改由其他专家评，已通知。",
    turned_down="已退回申请，仍由他评。",
)
_LEAVES = replace(
    _GIVEN_ON,
    label="专家退出评审",
    title="有人申请专家退出评审",
    question="确认？确认后他不再评分，已提交的评分表按申请计入或不计入结果，不能撤回。",
    agreed="已确认，他已退出评审。",
)
_COMES = replace(
    _GIVEN_ON,
    label="候补专家加入评审",
    title="有人申请候补专家不按次序加入评审",
    question="确认？确认后这位候补专家立即加入评审并得到通知，不能撤回。",
    asked="已申请，等待监督人确认；确认之前不加入。",
    agreed="已确认，候补专家已加入，已通知。",
    turned_down="已退回申请，候补专家没有加入。",
)


def reassign_words(asked: ReassignRequest) -> Words:
    """Return how ``asked`` is spoken of: what was given goes on, somebody leaves, or comes in."""
    if asked.invitation_id is not None:
        return _COMES
    return _GIVEN_ON if asked.assignment_id is not None else _LEAVES


REASSIGN = Matter(
    code="reviews.reassign",
    model=ReassignRequest,
    asks=MANAGE,
    decides=SUPERVISES,
    subjects=reviews_visible_to,
    name_of=lambda row: f"{row.project.name} 评审",
    page=lambda row: reverse("reviews:detail", args=[row.pk]),
    related=("review__project", "review__rule", "assignment", "reviewer", "invitation"),
    refused=ReviewRefused,
    lock=hold_review,
    decide=decide_reassign,
    check=check_reassign,
    details=lambda asked: f"{asked.reviewer or ''}{in_words(asked)}",
    whom=whom,
    about=lambda asked: asked.review,
    words_of=reassign_words,
    on_the_spot=True,
    icon="replace",
    order=16,
    words=_GIVEN_ON,
)
STOP = Matter(
    code="reviews.stop",
    model=StopRequest,
    asks=MANAGE,
    decides=SUPERVISES,
    subjects=reviews_visible_to,
    name_of=lambda row: f"{row.project.name} 评审",
    page=lambda row: reverse("reviews:detail", args=[row.pk]),
    related=("review__project", "review__rule"),
    refused=ReviewRefused,
    lock=hold_review,
    ask=request_stop,
    decide=decide_stop,
    check=check_stop,
    on_the_spot=True,
    icon="x",
    tone="danger",
    order=17,
    words=Words(
        label="停止评审",
        title="有人申请停止评审",
        agree="同意停止",
        question="确认停止？停止后没有结果，已提交的评分表不计算，这个项目也不能再评审；不能撤回。",
        asked="已申请，等待监督人确认；确认之前评审照常进行。",
        agreed="评审已停止，没有结果，已通知专家。",
        turned_down="已退回申请，评审照常进行。",
    ),
)
MATTERS = (HAND_BACKS, REASSIGN, STOP)
