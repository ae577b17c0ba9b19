"""A submitted sheet is handed back: one person asks with a reason, another agrees. Both versions are kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import HandBack, Reviewer, Submission
from expertpool.reviews.services.telling import tell_returned
from expertpool.workflow.services.two_persons import ask, settle


@transaction.atomic
def request_hand_back(*, subject: Submission, reason: str, actor: User, now: datetime) -> HandBack:
    """Ask for the sheet ``subject`` to be handed back. Nothing changes until a second person agrees.

    Refuses (ReviewRefused) without a reason, what was handed back or is of a review that has ended, and while the
    same waits.
    """
    row = lock_submission(subject)
    if not is_reason(reason):
        raise ReviewRefused(f"请写明退回的原因{SAY_MORE}。")
    request = HandBack(submission=row, reason=reason)
    check_hand_back(request=request, actor=actor, now=now)
    ask(
        request,
        action="review.return_ask",
        actor=actor,
        now=now,
        refused=ReviewRefused,
        after=_in_words(row),
    )
    return request


@transaction.atomic
def decide_hand_back(
    *, request: HandBack, agree: bool, note: str, actor: User, now: datetime
) -> HandBack:
    """Agree to a request, which hands the sheet back at once and tells its expert, or turn it down. Logged.

    Refuses (ReviewRefused) the person who asked, a request that was decided, and what can be handed back no more.
    """
    row = lock_submission(request.submission)
    # To turn it down, nothing need stand as it was.
    if agree:
        check_hand_back(request=request, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=ReviewRefused)
    record(
        "review.return" if agree else "review.return_refuse",
        actor=actor,
        now=now,
        subject=row.reviewer.review,
        after=_in_words(row) | {"申请人": str(request.requested_by)},
        note=request.reason if agree else note,
    )
    if agree:
        is_altered = row.is_altered
        row.returned_at, row.returned_why = now, request.reason
        # Of one that somebody else has written no proof is made: it goes on saying so.
        proven = [] if is_altered else ["proof"]
        row.save(update_fields=["returned_at", "returned_why", *proven])
        tell_returned(row, now=now)
    return request


def check_hand_back(*, request: HandBack, actor: User, now: datetime) -> None:
    """Refuse (ReviewRefused) a sheet that was handed back, or of which nothing can come any more."""
    row = Submission.objects.select_related("reviewer__review").get(pk=request.submission_id)
    if row.returned_at:
        raise ReviewRefused("这份评分表已经退回，请刷新页面。")
    # He could not fill it in again.
    if row.reviewer.left_at:
        raise ReviewRefused("这位专家已经退出评审，不能退回。")
    if not row.reviewer.review.is_open(now):
        raise ReviewRefused("评审已经结束或已过截止时间，不能退回；需要的请先延长截止时间。")


def lock_submission(submission: Submission) -> Submission:
    """Hold the row of its expert: who submits, saves and hands back come one after the other."""
    list(Reviewer.objects.select_for_update().filter(pk=submission.reviewer_id).values("pk"))
    rows = Submission.objects.select_related(
        "reviewer__review__project", "reviewer__expert__user", "reviewer__invitation"
    )
    return rows.get(pk=submission.pk)


def _in_words(row: Submission) -> dict[str, object]:
    return {"席位": str(row.reviewer), "版本": row.version, "内容摘要": row.mark}
