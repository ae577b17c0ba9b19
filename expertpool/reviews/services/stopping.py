"""A review is stopped: by one person where its draw is void, else by two. It has no result."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, StopRequest
from expertpool.reviews.queries.reviews import can_stop
from expertpool.reviews.services.organising import lock_review
from expertpool.reviews.services.overtaken import end_all_about
from expertpool.reviews.services.telling import tell_stopped
from expertpool.workflow.services.two_persons import ask, settle

OVER = "评审还没有开始，或已经结束。"
BY_ONE = "抽取已经作废，不用申请：请直接点「停止评审」。"


@transaction.atomic
def stop_review(*, review: Review, reason: str, actor: User, now: datetime) -> Review:
    """End ``review`` without a result: whoever scores does so for a draw that is void, so that none can come of it. Who asked
    for anything about it is told. Logged with ``reason``.

    Refuses (ReviewRefused) what is not open, without a reason, and while anybody sits in a valid panel, who could go on: that
    takes a supervisor (`request_stop`).
    """
    row = lock_review(review)
    _check_open(row)
    if not can_stop(row):
        raise ReviewRefused("评审组还有专家，一人不能停止：请申请停止评审，由监督人确认。")
    _check_reason(reason)
    _stop(row, reason, {}, actor, now)
    return row


@transaction.atomic
def request_stop(*, subject: Review, reason: str, actor: User, now: datetime) -> StopRequest:
    """Ask for the review ``subject`` to end without a result though its panel stands: nobody can score an item any more, too few
    are left, or the documents are wrong (财政部令第87号第六十五条). Nothing changes until a supervisor agrees. Logged.

    Refuses (ReviewRefused) without a reason, what is not open, what one person may stop, and while the same waits.
    """
    row = lock_review(subject)
    _check_reason(reason)
    request = StopRequest(review=row, reason=reason.strip())
    check_stop(request=request, actor=actor, now=now)
    ask(
        request,
        action="review.stop_ask",
        actor=actor,
        now=now,
        refused=ReviewRefused,
        after={"申请": "停止评审，没有结果"},
    )
    return request


@transaction.atomic
def decide_stop(
    *, request: StopRequest, agree: bool, note: str, actor: User, now: datetime
) -> StopRequest:
    """Agree to a request, which stops the review at once and tells its experts, or turn it down. Logged.

    Refuses (ReviewRefused) the person who asked, a request that was decided, and what is not open any more.
    """
    review = lock_review(request.review) if agree else request.review
    if agree:
        check_stop(request=request, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=ReviewRefused)
    asked = {"申请人": str(request.requested_by)}
    if agree:
        _stop(review, request.reason, asked, actor, now)
        tell_stopped(review, request.reason, now=now)
    else:
        record(
            "review.stop_refuse",
            actor=actor,
            now=now,
            subject=review,
            after=asked,
            note=note.strip(),
        )
    return request


def check_stop(*, request: StopRequest, actor: User, now: datetime) -> None:
    """Refuse (ReviewRefused) what is not open, and what one person may stop."""
    review = Review.objects.select_related("project").get(pk=request.review_id)
    _check_open(review)
    if can_stop(review):
        raise ReviewRefused(BY_ONE)


def _check_open(review: Review) -> None:
    if review.opened_at is None or review.ended_at:
        raise ReviewRefused(OVER)


def _check_reason(reason: str) -> None:
    if not is_reason(reason):
        raise ReviewRefused(f"请写明停止评审的原因{SAY_MORE}。")


def _stop(review: Review, reason: str, said: dict[str, str], actor: User, now: datetime) -> None:
    review.ended_at = now
    review.save()
    end_all_about(review, why="评审已停止", now=now)
    record(
        "review.stop", actor=actor, now=now, subject=review, after=said or None, note=reason.strip()
    )
