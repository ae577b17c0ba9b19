"""Items are given to experts by hand: one person chooses, another confirms. It passes for no draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ReviewItem, ScoreSheet
from expertpool.reviews.models.reviews import hash_of
from expertpool.reviews.queries.assignments import ALTERED, assignment_of, fitting_of
from expertpool.reviews.queries.reviews import may_name
from expertpool.reviews.services.assigning import NUMBERS_LOCK, next_number
from expertpool.reviews.services.organising import lock_review
from expertpool.reviews.services.telling import tell_assigned
from expertpool.workflow.queries.second_person import why_not_second


@transaction.atomic
def choose_experts(
    *, item: ReviewItem, places: Iterable[int], actor: User, now: datetime
) -> ItemAssignment:
    """Let the experts at ``places`` score ``item``. Logged.

    Refuses (ReviewRefused) what is not given by hand or was handed in, too many, and who may not score it.
    """
    review = lock_review(item.review)
    row = assignment_of(review)
    if row is None or not row.by_hand or row.sealed_at or not review.opened_at:
        raise ReviewRefused("现在不能指定评审专家，请刷新页面。")
    wanted = sorted(set(places))
    if len(wanted) > row.per_item:
        raise ReviewRefused(f"每个评审对象由 {row.per_item} 位专家评。")
    fitting = fitting_of(review)
    key = f"{item.place:05}"
    fit = {
        one.reviewer.place
        for one in fitting.experts
        if key not in one.barred and fitting.class_of(item) in one.classes
    }
    if not fit.issuperset(wanted):
        raise ReviewRefused("选中的专家须回避这个评审对象，或不评这一类别，请刷新页面。")
    before = row.chosen.get(str(item.place), [])
    row.chosen = {**row.chosen, str(item.place): wanted}
    if not wanted:
        # No entry rather than an empty one: what is hashed has one form.
        del row.chosen[str(item.place)]
    row.save()
    record(
        "review.choose",
        actor=actor,
        now=now,
        subject=review,
        before={"评审对象": item.number, "席位": before},
        after={"评审对象": item.number, "席位": wanted},
    )
    return row


@transaction.atomic
def hand_in_choice(*, review: Review, actor: User, now: datetime) -> ItemAssignment:
    """Hand in who was chosen, for a second person to confirm; it changes no more. Logged with its hash.

    Refuses (ReviewRefused) while an item has not as many experts as it wants, or somebody too many items.
    """
    review = lock_review(review)
    row = assignment_of(review)
    if row is None or not row.by_hand or row.sealed_at or not review.is_open(now):
        raise ReviewRefused("没有可以提交的指定，请刷新页面。")
    if row.is_altered:
        raise ReviewRefused(ALTERED)
    if not may_name(actor, review.project, now=now):
        raise ReviewRefused("您无权查看这次评审的名单，不能指定。")
    check_choice(row, review)
    # Late, as of those by chance: every other assignment waits for its number.
    lock_transaction(NUMBERS_LOCK)
    row.number = next_number(now)
    # So that it says of itself that it was no draw, wherever it is read.
    row.rule_content = {"kind": "manual", "draw_id": row.number, "reason": row.why_by_hand}
    row.seal = hash_of([row.rule_content, review.items_hash, row.chosen])
    row.sealed_at, row.sealed_by = now, actor
    row.save()
    after = {"分配编号": row.number, "理由": row.why_by_hand, "指定摘要": row.seal}
    record("review.choose_hand_in", actor=actor, now=now, subject=row, after=after)
    return row


def check_choice(row: ItemAssignment, review: Review) -> None:
    """Refuse (ReviewRefused) while what was chosen is not what was said."""
    there = Reviewer.objects.filter(review=review, left_at__isnull=True)
    present = set(there.values_list("place", flat=True))
    items = {str(one.place): one for one in ReviewItem.objects.filter(review=review)}
    short = [
        one.number
        for key, one in items.items()
        if len(present.intersection(row.chosen.get(key, []))) != row.per_item
    ]
    if short:
        named = "、".join(short[:5])
        raise ReviewRefused(
            f"还有 {len(short)} 个评审对象没有选满 {row.per_item} 位专家：{named}。"
        )
    loads = Counter(place for places in row.chosen.values() for place in places)
    if over := sorted(place for place, count in loads.items() if count > row.per_expert):
        named = "、".join(f"专家 {place}" for place in over[:5])
        raise ReviewRefused(f"每人最多评 {row.per_expert} 个，超过的有 {named}。")


@transaction.atomic
def confirm_choice(*, assignment: ItemAssignment, actor: User, now: datetime) -> ItemAssignment:
    """Give the items as they were chosen; the experts are told. Logged. The caller has checked the right of ``actor``.

    Refuses (ReviewRefused) whoever handed it in, and what was altered.
    """
    review = lock_review(assignment.review)
    row = ItemAssignment.objects.get(pk=assignment.pk)
    check_confirming(row, actor, now=now)
    if row.is_altered or row.seal != hash_of([row.rule_content, review.items_hash, row.chosen]):
        raise ReviewRefused(ALTERED)
    # Once more: somebody may have left since it was handed in.
    check_choice(row, review)
    people = {one.place: one for one in Reviewer.objects.filter(review=review)}
    sheets = [
        ScoreSheet(reviewer=people[place], item=item)
        for item in ReviewItem.objects.filter(review=review)
        for place in row.chosen[str(item.place)]
    ]
    ScoreSheet.objects.bulk_create(sheets, batch_size=1000)
    row.drawn_at = now
    row.save()
    after = {"分配编号": row.number, "指定摘要": row.seal, "分配": f"{len(sheets)} 人次"}
    record("review.choose_confirm", actor=actor, now=now, subject=row, after=after)
    holders = Reviewer.objects.filter(pk__in={one.reviewer_id for one in sheets})
    rows = holders.select_related("expert__user", "invitation").order_by("place")
    tell_assigned(review, list(rows), "", now=now)
    return row


def check_confirming(row: ItemAssignment, user: User, *, now: datetime) -> None:
    """Refuse (ReviewRefused) that ``user`` confirms what was chosen."""
    if not row.by_hand or row.sealed_at is None or row.drawn_at or row.voided_at:
        raise ReviewRefused("现在没有等待确认的指定，请刷新页面。")
    firsts = {row.sealed_by_id} if row.sealed_by_id else set()
    if why_not := why_not_second(user, firsts, asked_at=row.sealed_at, now=now):
        raise ReviewRefused(why_not)
