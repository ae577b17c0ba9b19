"""Others score than were drawn: one person asks, a supervisor agrees (docs/decisions/0392, 0393); or the expert says himself that
he has to stay away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import if_seen, whole
from expertpool.draws.enums import StepReason, StepVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.answers import ground_in_words
from expertpool.draws.services.hands import Hand
from expertpool.projects.services.state import lock_project
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import MOST_LEFT, ReassignRequest, Review, Reviewer, ReviewItem
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.hands import grounds_of, why_not_counted
from expertpool.reviews.queries.lacking import lacking_in
from expertpool.reviews.queries.reviews import may_name
from expertpool.reviews.services.hands import hand_of
from expertpool.reviews.services.meeting import (
    check_joining,
    check_leaving,
    check_not_void,
    leave,
    seat,
)
from expertpool.reviews.services.organising import lock_review
from expertpool.reviews.services.replacing import NOT_GIVEN, check_recusal, recuse
from expertpool.reviews.services.telling import tell_step
from expertpool.workflow.services.two_persons import ask, settle


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for: that somebody stay away from ``items``, or (None) score no more; then whether what he submitted
    ``counts``. ``ground`` is of the list (`grounds_of`), ``reason`` what is said of it."""

    items: Sequence[ReviewItem] | None
    ground: str
    reason: str = ""
    counts: bool = False


@transaction.atomic
def request_reassign(
    *, reviewer: Reviewer, wanted: Wanted, actor: User, now: datetime
) -> ReassignRequest:
    """Ask for ``reviewer`` to score no more, or for some of what he was given to go on to others. Nothing changes until a
    supervisor agrees. One request names all items from which he has to stay away for one ground. Logged.

    Refuses (ReviewRefused) without a ground of the list, 其他 without words, to stay away from one item where all score all,
    what could not be done now, that something counts which does not under the regime of the project (`why_not_counted`), and while
    another request about him waits.
    """
    review = lock_review(reviewer.review)
    request = ReassignRequest(
        review=review,
        assignment=assignment_of(review),
        reviewer=reviewer,
        leaves=wanted.items is None,
        counts=wanted.items is None and wanted.counts,
        places=sorted(one.place for one in wanted.items or ()),
        ground=wanted.ground,
        reason=_reason(review, wanted.ground, wanted.reason),
    )
    return _ask(request, str(reviewer), actor, now)


@transaction.atomic
def request_bring_in(
    *, review: Review, invitation_id: int, ground: str, reason: str, actor: User, now: datetime
) -> ReassignRequest:
    """Ask for somebody who stands by for the panel of ``review`` to come in though it is not his turn
    (`queries.reviews.next_standbys`). Nothing changes until a supervisor agrees. Logged.

    Refuses (ReviewRefused) whoever may not read the names, and like `request_reassign`.
    """
    row = lock_review(review)
    if not may_name(actor, row.project, now=now):
        raise ReviewRefused("您无权查看名单，不能安排候补专家。")
    check_joining(row, invitation_id)
    request = ReassignRequest(
        review=row,
        invitation=Invitation.objects.get(pk=invitation_id),
        leaves=False,
        ground=ground,
        reason=_reason(row, ground, reason),
    )
    return _ask(request, "候补", actor, now)


def _reason(review: Review, ground: str, reason: str) -> str:
    why = ground_in_words(ground, if_seen(reason), grounds_of(review), ReviewRefused)
    return whole(why, MOST_LEFT, ReviewRefused)


def _ask(request: ReassignRequest, who: str, actor: User, now: datetime) -> ReassignRequest:
    check_reassign(request=request, actor=actor, now=now)
    after = {"席位": who, "申请": in_words(request)}
    ask(
        request,
        action="review.reassign_ask",
        actor=actor,
        now=now,
        refused=ReviewRefused,
        after=after,
    )
    return request


@transaction.atomic
def decide_reassign(
    *, request: ReassignRequest, agree: bool, note: str, actor: User, now: datetime
) -> ReassignRequest:
    """Agree to a request, which does it at once, or turn it down. Logged.

    Refuses (ReviewRefused) the person who asked, a request that was decided, and to agree to what can be done no more.
    """
    # Nothing keeps anybody from turning it down.
    review = lock_review(request.review) if agree else request.review
    if agree:
        check_reassign(request=request, actor=actor, now=now)
    settle(request, agree=agree, note=note, actor=actor, now=now, refused=ReviewRefused)
    if agree:
        _do(request, review, actor, now)
    else:
        after = {"申请": in_words(request), "申请人": str(request.requested_by)}
        if request.reviewer:
            after = {"席位": str(request.reviewer), **after}
        record(
            "review.reassign_refuse",
            actor=actor,
            now=now,
            subject=review,
            after=after,
            note=note.strip(),
        )
    return request


def _do(request: ReassignRequest, review: Review, actor: User, now: datetime) -> None:
    """Do what ``request`` asks for, which was agreed to."""
    hand = hand_of(request)
    if request.invitation_id is not None:
        seat(
            review=review,
            invitation_id=request.invitation_id,
            hand=hand,
            reason=request.reason,
            actor=actor,
            now=now,
        )
    elif request.leaves:
        leave(
            reviewer=_reviewer(request),
            reason=request.reason,
            counts=request.counts,
            hand=hand,
            actor=actor,
            now=now,
        )
    else:
        recuse(
            review=review,
            reviewer=_reviewer(request),
            items=_items(request),
            hand=hand,
            why=request.reason,
            actor=actor,
            now=now,
        )


@transaction.atomic
def recuse_himself(
    *,
    reviewer: Reviewer,
    items: Sequence[ReviewItem],
    ground: str,
    reason: str,
    actor: User,
    now: datetime,
) -> list[ReviewItem]:
    """Take ``items`` from ``reviewer``, who says himself that he has to stay away from them: law wants him to, and nobody has to
    agree. Return of which of them nobody scores in his place. Counted, told to supervisors and to whoever runs the review. Logged.

    Refuses (ReviewRefused) another's account, and like `request_reassign`.
    """
    review = lock_review(reviewer.review)
    expert = reviewer.expert.merged_into or reviewer.expert
    if expert.user_id is None or actor.pk != expert.user_id:
        raise ReviewRefused("只能由专家本人用自己的账号申请回避。")
    check_not_void(reviewer)
    grounds = grounds_of(review, himself=True)
    why = ground_in_words(ground, if_seen(reason), grounds, ReviewRefused)
    hand = Hand(StepVia.PORTAL, StepReason.OWN_ANSWER)
    recuse(review=review, reviewer=reviewer, items=items, hand=hand, why=why, actor=actor, now=now)
    row = assignment_of(review)
    wanted = {one.pk for one in items}
    alone = [one.item for one in lacking_in(review).lines if one.item.pk in wanted]
    if row is not None:
        named = "、".join(one.number for one in items)
        lacks = "、".join(one.number for one in alone)
        what = f"声明回避 {named}" + (f"（{lacks} 暂缺接替的专家）" if alone else "")
        tell_step(row, what, why, actor=actor, now=now)
    return alone


def check_reassign(*, request: ReassignRequest, actor: User, now: datetime) -> None:
    """Refuse (ReviewRefused) what could not be done now."""
    review = Review.objects.select_related("project", "rule").get(pk=request.review_id)
    if request.invitation_id is not None:
        check_joining(review, request.invitation_id)
        return
    reviewer, row = _reviewer(request), assignment_of(review)
    check_not_void(reviewer)
    if (row and row.pk) != request.assignment_id:
        raise ReviewRefused("这次分配已经放弃，请刷新页面。")
    if request.leaves:
        check_leaving(reviewer)
        if request.counts and (why := why_not_counted(review, now=now)):
            raise ReviewRefused(f"{reviewer} 已提交的评分表不能计入结果：{why}。")
    elif row is None:
        raise ReviewRefused(NOT_GIVEN)
    else:
        check_recusal(review, row, reviewer, _items(request), now)


def in_words(request: ReassignRequest) -> str:
    """Say what is asked for."""
    if request.invitation:
        words = f"候补专家（抽取名单第 {request.invitation.line} 行）不按次序加入评审"
        return words + ("" if request.decided_at else _if_nobody_left(request.review))
    if request.leaves:
        counts = "计入" if request.counts else "不计入"
        goes_on = "由其他专家接着评，" if request.assignment_id else ""
        return f"退出评审，{goes_on}已提交的评分表{counts}结果"
    return "回避" + "、".join(f"{one.number} {one.name}" for one in _items(request))


def _if_nobody_left(review: Review) -> str:
    """Say that nobody has left ``review`` whose place somebody could take; empty where one is free."""
    rows = Reviewer.objects.filter(review=review)
    scoring = rows.filter(left_at__isnull=True).count()
    first = rows.filter(joined_at__lte=review.opened_at).count() if review.opened_at else 0
    if scoring < first:
        return ""
    return f"；现在没有空出的席位，加入后共 {scoring + 1} 位专家评审"


def hold_review(review: Review) -> Review:
    """Hold the row of ``review``, after that of its project, whatever state they are in: who asks, decides and withdraws come one
    after the other, and nothing keeps anybody from turning a request down."""
    lock_project(review.project)
    return Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)


def _reviewer(request: ReassignRequest) -> Reviewer:
    rows = Reviewer.objects.select_related("review__project", "review__rule", "expert__merged_into")
    return rows.get(pk=request.reviewer_id or 0)  # none of who stands by


def _items(request: ReassignRequest) -> list[ReviewItem]:
    rows = ReviewItem.objects.filter(review=request.review_id, place__in=request.places)
    return list(rows.order_by("place"))
