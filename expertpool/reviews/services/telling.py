"""Experts are told of their reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.core.text import moment_text
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import codes_for_project
from expertpool.draws.queries.meetings import kind_of, next_opening
from expertpool.draws.services.telling import tell_staff
from expertpool.experts.services.contacts import recipient_of
from expertpool.experts.services.letting_in import door_words, let_in
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ScoreSheet, Submission
from expertpool.reviews.occasions import OPENED, REMINDER, RETURNED, STEP_ALONE, STOPPED, VOIDED
from expertpool.reviews.permissions import SUPERVISES

WAYS = (ChannelCode.SITE, ChannelCode.EMAIL, ChannelCode.SMS)


def tell_opened(review: Review, *, now: datetime) -> None:
    """Ask the experts of ``review`` to score, once."""
    rows = Reviewer.objects.filter(review=review).select_related("expert__user", "invitation")
    _tell(OPENED, review, list(rows), "", now=now)


def tell_assigned(review: Review, people: Sequence[Reviewer], key: str, *, now: datetime) -> None:
    """Ask ``people``, who were given items of ``review``, to score, once for each ``key``."""
    _tell(OPENED, review, people, key, now=now)


def tell_joined(reviewer: Reviewer, *, now: datetime) -> None:
    """Ask one who came later to score, once."""
    _tell(OPENED, reviewer.review, [reviewer], "", now=now)


def tell_missing(review: Review, missing: Sequence[Reviewer], *, now: datetime) -> None:
    """Remind those who have not submitted."""
    _tell(REMINDER, review, missing, f":{now:%Y%m%d%H%M}", now=now)


def tell_returned(submission: Submission, *, now: datetime) -> None:
    """Tell its expert that his sheet was handed back, once."""
    why = {"原因": submission.returned_why}
    row = submission.reviewer
    _tell(RETURNED, row.review, [row], f":{submission.version}", why, now=now)


def tell_voided(draw: Draw, *, now: datetime) -> None:
    """Tell who scores for ``draw``, which is void, that he need not, once; the draw tells those whose meeting is still to come."""
    if draw.status != DrawStatus.VOID or next_opening(draw.covered, now=now) > now:
        return
    rows = Reviewer.objects.filter(
        invitation__draw=draw, left_at__isnull=True, review__ended_at__isnull=True
    ).filter(Exists(ScoreSheet.objects.filter(reviewer=OuterRef("pk"))))
    _tell_over(VOIDED, rows, {}, now=now)


def tell_stopped(review: Review, reason: str, *, now: datetime) -> None:
    """Tell who scores in ``review`` that it was stopped, and why, once."""
    rows = Reviewer.objects.filter(review=review, left_at__isnull=True)
    _tell_over(STOPPED, rows, {"原因": reason}, now=now)


def _tell_over(
    occasion: Occasion, rows: QuerySet[Reviewer], words: dict[str, str], *, now: datetime
) -> None:
    people = rows.select_related("expert__user", "invitation", "review__project")
    envelopes = [
        Envelope(
            recipient=recipient_of(one.expert),
            context={"专家姓名": one.expert.name, "项目名称": one.review.project.name} | words,
            about=one.invitation,
            key=f"{occasion.code}:{one.pk}",
        )
        for one in people
    ]
    send_messages(
        occasion=occasion.code,
        envelopes=envelopes,
        channels=WAYS,
        now=now,
        surely=True,
        kind=kind_of([one.review.project for one in people]),
    )


def _tell(
    occasion: Occasion,
    review: Review,
    people: Sequence[Reviewer],
    key: str,
    words: dict[str, str] | None = None,
    *,
    now: datetime,
) -> None:
    under_way = let_in([one.expert for one in people], now=now)
    due = moment_text(review.due_at) if review.due_at else "评审结束"
    envelopes = [
        Envelope(
            recipient=recipient_of(one.expert),
            context={
                "专家姓名": one.expert.name,
                "项目名称": review.project.name,
                "截止时间": due,
                "网址": door_words(
                    one.expert, reverse("reviews:own_review", args=[one.pk]), under_way=under_way
                ),
            }
            | (words or {}),
            about=one.invitation,
            key=f"{occasion.code}:{one.pk}{key}",
        )
        for one in people
    ]
    send_messages(
        occasion=occasion.code,
        envelopes=envelopes,
        channels=WAYS,
        now=now,
        surely=True,
        kind=review.project.kind,
    )


def tell_step(row: ItemAssignment, what: str, why: str, *, actor: User, now: datetime) -> None:
    """Tell who runs the review of ``row``, and all who supervise draws within its reach, of a step that ``actor`` took alone;
    never himself."""
    review = row.review
    deciding = [
        user
        for user in users_with_permission(SUPERVISES)
        if codes_for_project(user, review.project, [SUPERVISES])
    ]
    runs = [one for one in (review.created_by, row.sealed_by) if one is not None]
    users = {user.pk: user for user in [*runs, *deciding]}
    users.pop(actor.pk, None)
    context = {
        "操作人": actor.name,
        "分配编号": row.number,
        "项目名称": review.project.name,
        "事项": what,
        "原因": why,
    }
    key = f"assignment:{row.pk}:{now:%Y%m%d%H%M%S%f}"
    tell_staff(STEP_ALONE, users.values(), about=review, context=context, key=key, now=now)
