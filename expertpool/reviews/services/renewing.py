"""A draw is voided while its panel scores: whom the next one found takes the review over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.queries.panel import PanelMember
from expertpool.draws.services.names import NamedRow, read_who_sat
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, Reviewer
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.reviews import SCORES, may_name, of_void_draws
from expertpool.reviews.services.meeting import leave
from expertpool.reviews.services.organising import join, lock_review

VOID = "抽取已作废"


@transaction.atomic
def take_over(*, review: Review, actor: User, now: datetime) -> list[Reviewer]:
    """Let whom a valid draw found score in ``review`` in place of those whose draw is void: these score no more, and nothing of
    theirs counts. Where items were given to some of them, they are given anew, by an assignment set alike. The draw had the
    second person. Return who came; they are told, as soon as there is something for them to score. Logged.

    Refuses (ReviewRefused) a review that is not open or in which nobody scores for a void draw, before a valid one's names are
    released, whoever may not read these, and where nobody would score.
    """
    row = lock_review(review)
    if row.opened_at is None or row.ended_at:
        raise ReviewRefused("评审还没有开始，或已经结束。")
    gone = of_void_draws(row)
    if not gone:
        raise ReviewRefused("没有抽取已作废的专家，请刷新页面。")
    if not may_name(actor, row.project, now=now):
        raise ReviewRefused(
            "重新抽取的名单还没有公开，或您无权查看名单：请先在项目页重新抽取，名单公开后再换。"
        )
    rows = Reviewer.objects.filter(review=row)
    first = rows.order_by("-pk").values_list("pk", flat=True)[0]
    # By the service that logs it: whoever lets a panel in reads who sits.
    people = read_who_sat(project=row.project, actor=actor, now=now, purpose="换成新的评审组")
    if not rows.filter(SCORES).exclude(pk__in=[one.pk for one in gone]).exists():
        _give_up(row, actor, now)
    for one in gone:
        # Where all score all, each who leaves lets in whom the draw has seated since.
        leave(reviewer=one, reason=VOID, counts=False, hand=None, actor=actor, now=now)
    _let_in(row, people, actor, now)
    if not rows.filter(SCORES).exists():
        raise ReviewRefused("重新抽取的评审组还没有专家，请先补抽。")
    return list(rows.filter(SCORES, pk__gt=first).order_by("place"))


def _give_up(review: Review, actor: User, now: datetime) -> None:
    """Put another assignment, set alike, in place of one by which nobody scores any more."""
    row = assignment_of(review)
    if row is None or row.sealed_at is None:
        return
    row.voided_at, row.voided_why = now, VOID
    row.save()
    ItemAssignment.objects.create(
        review=review,
        per_item=row.per_item,
        per_expert=row.per_expert,
        supervised=row.supervised,
        by_hand=row.by_hand,
        why_by_hand=row.why_by_hand,
        # Chosen were places of others.
        chosen={},
        created_at=now,
    )
    record("review.assign_abandon", actor=actor, now=now, subject=row, note=VOID)


def _let_in(
    review: Review, people: Sequence[tuple[PanelMember, NamedRow]], actor: User, now: datetime
) -> None:
    """Let those of ``people`` in whose items are still to be given to them; none where some have theirs."""
    row = assignment_of(review)
    if row is None or row.sealed_at:
        return
    known = set(Reviewer.objects.filter(review=review).values_list("invitation_id", flat=True))
    for member, named in people:
        if member.invitation_id not in known:
            made = join(review, member, named.invitation, now)
            after = {"席位": str(made), "次序": "重新抽取的评审组"}
            record("review.join", actor=actor, now=now, subject=review, after=after)
