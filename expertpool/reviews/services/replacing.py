"""What an expert was given goes on to others: he leaves, or gives back items from which he has to stay away."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.services.hands import Hand
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import (
    ItemAssignment,
    Review,
    Reviewer,
    ReviewItem,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.models.assignments import link_of
from expertpool.reviews.queries.assignments import (
    ALTERED,
    assignment_of,
    fitting_of,
    given_by_hand,
    order_of,
    replay,
    sealed_things,
)
from expertpool.reviews.queries.reviews import STANDING, waits_until_tomorrow
from expertpool.reviews.services.assigning import (
    Leaving,
    Told,
    append_events,
    let_go,
    make_sheets,
    tell_holders,
)
from expertpool.reviews.services.hands import COMPLETE, SEAT_FREE, hand_behind, in_log
from expertpool.reviews.services.organising import lock_review
from expertpool.reviews.services.overtaken import end_about_items
from vdraw import assignment as engine

logger = logging.getLogger(__name__)

NOT_GIVEN = (
    "这次评审由每位专家评全部评审对象，不能只回避其中一个；须回避的请办理退出，由候补专家替补。"
)

TOMORROW = "有其他抽取的名单还没有公开，今天谁已提交评分表明天才能告知；改由哪位专家评与此有关，请明天再办理。"


def check_recusal(
    review: Review,
    row: ItemAssignment,
    reviewer: Reviewer,
    items: Sequence[ReviewItem],
    now: datetime,
) -> None:
    """Refuse (ReviewRefused) that ``items`` are taken from ``reviewer``: where all score all, what is not his, once he has
    submitted, and for today where it would tell who has submitted (docs/decisions/0337)."""
    if row.drawn_at is None:
        raise ReviewRefused(NOT_GIVEN)
    if not review.is_open(now):
        raise ReviewRefused("评审没有在进行，或已过截止时间。")
    if not items:
        raise ReviewRefused("请选择须回避的评审对象。")
    sheets = ScoreSheet.objects.filter(reviewer=reviewer, item__in=items)
    if reviewer.left_at or sheets.count() != len(items):
        raise ReviewRefused("选中的评审对象有的不由这位专家评，请刷新页面。")
    if waits_until_tomorrow(review, now=now):  # whatever he, or others, have done
        raise ReviewRefused(TOMORROW)
    if reviewer.pk in _signed(review):
        raise ReviewRefused("这位专家已经提交评分表，请先退回再办理回避。")


def recuse(
    *,
    review: Review,
    reviewer: Reviewer,
    items: Sequence[ReviewItem],
    hand: Hand,
    why: str,
    actor: User,
    now: datetime,
) -> list[Reviewer]:
    """Take ``items`` from ``reviewer``, who has to stay away from them, by ``hand`` and for ``why``, and give them to others of
    those among whom items were given: by chance by the same tickets, by hand to whoever has fewest. What he had filled in of
    them is gone. Return who got any (nobody where nobody fits); they are told. Logged, whose hands it took among it. The caller
    holds ``review``.

    Refuses (ReviewRefused) like `check_recusal`, and what is no more what was sealed.
    """
    row = assignment_of(review)
    if row is None:
        raise ReviewRefused(NOT_GIVEN)
    # Whoever submits holds the row of his expert.
    held = Reviewer.objects.select_for_update().get(pk=reviewer.pk)
    check_recusal(review, row, held, items, now)
    signed, said = _signed(review), hand.said(row)
    if row.by_hand:
        made = _replace_by_hand(row, review, held.place, items, signed, "recuse", said, now)
    else:
        made = _recuse_by_chance(row, review, held, items, signed, said, now)
    ScoreSheet.objects.filter(reviewer=held, item__in=items).delete()
    places = [one.place for one in items]
    end_about_items(held, places, why="专家已回避这些评审对象", now=now)
    after = {
        "席位": str(held),
        "评审对象": "、".join(one.number for one in items),
        "改由": "、".join(dict.fromkeys(str(one.reviewer) for one in made)) or "暂缺",
        **in_log(hand),
        "事件链头": row.head,
    }
    record("review.recuse", actor=actor, now=now, subject=row, after=after, note=why)
    tell_holders(review, made, f":{row.head[:16]}", now)
    return list({one.reviewer_id: one.reviewer for one in made}.values())


def replace_leaver(*, reviewer: Reviewer, actor: User | None, now: datetime) -> None:
    """Give the items of ``reviewer``, who has left, to others of those who were given some, unless what he submitted counts.
    Nobody loses what he has; who has submitted gets nothing more. Those who get something are told. Logged; nothing
    where all score all, what has gone on already, nor while it would tell who has submitted today (`replace_leavers` does it
    then). The caller holds the review's transaction.

    Refuses (ReviewRefused) what is no more what was sealed.
    """
    review = lock_review(reviewer.review)
    row = assignment_of(review)
    if row is None or row.drawn_at is None or waits_until_tomorrow(review, now=now):
        return
    signed = _signed(review)
    # What counts is scored: nobody need do it again.
    stays = reviewer.counts and reviewer.pk in signed
    if row.by_hand:
        his = given_by_hand(row).get(reviewer.place, set())
        items = [] if stays else list(ReviewItem.objects.filter(review=review, place__in=his))
        if not items:
            return
        said = hand_behind(row, reviewer)
        made = _replace_by_hand(row, review, reviewer.place, items, signed, "exit", said, now)
    else:
        sealed, people = sealed_things(row)
        order = order_of(row, sealed, row.reveals)
        state = replay(order, row)
        out = {order.sealed.reviewers[at].commit for at in state.out}
        his_commits = {
            commit: Leaving(stays, hand_behind(row, reviewer))
            for commit, one in people.items()
            if one.reviewer_id == reviewer.pk and commit not in out
        }
        # Who has signed gets nothing more: he has said that this is all.
        busy = {commit: "busy" for commit, one in people.items() if one.reviewer_id in signed}
        state, told = let_go(state, his_commits, busy)
        if not told:
            return
        append_events(row, order, told, now)
        row.save()
        made = make_sheets(row, state, people)
    after = {
        "席位": str(reviewer),
        "改由他人评": f"{len(made)} 人次",
        "仍缺": f"{row.lacking} 人次",
        "事件链头": row.head,
    }
    record("review.reassign", actor=actor, now=now, subject=row, after=after)
    tell_holders(review, made, f":{row.head[:16]}", now)


def replace_leavers(*, now: datetime) -> int:
    """Give on what they had who left on a day on which that would have told who had submitted; return how many were looked
    at. Again, nothing happens: whoever was replaced has nothing left. Each has a transaction of his own; what is refused is
    logged and stays."""
    drawn = ItemAssignment.objects.filter(drawn_at__isnull=False, voided_at__isnull=True)
    rows = Reviewer.objects.filter(
        left_at__isnull=False,
        review__ended_at__isnull=True,
        review__in=drawn.order_by().values("review"),
    )
    people = rows.select_related("review__project", "review__rule", "expert").order_by("pk")
    found = [one for one in people if one.review.is_open(now)]
    for one in found:
        try:
            with transaction.atomic():
                replace_leaver(reviewer=one, actor=None, now=now)
        except ReviewRefused as refusal:
            logger.warning("what reviewer %s had is not given on: %s", one.pk, refusal)
    return len(found)


def _signed(review: Review) -> set[int]:
    done = Submission.objects.filter(STANDING, reviewer__review=review)
    return set(done.values_list("reviewer_id", flat=True))


def _recuse_by_chance(
    row: ItemAssignment,
    review: Review,
    reviewer: Reviewer,
    items: Sequence[ReviewItem],
    signed: set[int],
    said: Mapping[str, Any],
    now: datetime,
) -> list[ScoreSheet]:
    sealed, people = sealed_things(row)
    order = order_of(row, sealed, row.reveals)
    state = replay(order, row)
    commit = next(key for key, one in people.items() if one.reviewer_id == reviewer.pk)
    try:
        # He stays for all the others: these go on.
        places = [f"{one.place:05}" for one in items]
        step = engine.give_up(state, commit, "conflict", places, leaves=False)
    except ValueError as error:
        raise ReviewRefused(ALTERED) from error
    told: Told = [(event, said) for event in step.events]
    gone = set(
        Reviewer.objects.filter(review=review, left_at__isnull=False).values_list("pk", flat=True)
    )
    reviewers = order.sealed.reviewers
    out = {reviewers[at].commit for at in step.state.out}
    busy = {
        key: "busy"
        for key, one in people.items()
        if one.reviewer_id in signed | gone and key not in out
    }
    step = engine.supplement_items(step.state, busy)
    told += [(event, SEAT_FREE) for event in step.events]
    step = engine.end_assignment(step.state)
    told += [(event, COMPLETE) for event in step.events]
    append_events(row, order, told, now)
    row.save()
    return make_sheets(row, step.state, people)


def _replace_by_hand(
    row: ItemAssignment,
    review: Review,
    place: int,
    items: Sequence[ReviewItem],
    signed: set[int],
    kind: str,
    said: Mapping[str, Any],
    now: datetime,
) -> list[ScoreSheet]:
    """Give ``items`` of the expert at ``place`` to those who hold fewest and may score them; nobody chooses whom, for that
    would take two persons. What happened is linked behind what was confirmed."""
    if row.is_altered:
        raise ReviewRefused(ALTERED)
    given = given_by_hand(row)
    loads = Counter({one: len(held) for one, held in given.items()})
    fitting = fitting_of(review)
    fits = {one.reviewer.place: one for one in fitting.experts if one.reviewer.pk not in signed}
    # Not back to him from whom it comes.
    fits.pop(place, None)
    people = {one.place: one for one in Reviewer.objects.filter(review=review)}
    gave_back = {(one["item"], one["out"]) for one in row.events}
    lacking: dict[str, int] = dict(row.events[-1]["lacking"]) if row.events else {}
    made = []
    for item in items:
        free = [
            one
            for one, fit in fits.items()
            if f"{item.place:05}" not in fit.barred
            and fitting.class_of(item) in fit.classes
            and item.place not in given.get(one, set())
            # Who once had to stay away from it still has to.
            and (item.place, one) not in gave_back
            and loads[one] < row.per_expert
        ]
        # Equal loads are told apart by a number that the seal gives: nobody's choice, and the same each time.
        chosen = min(free, key=lambda one: (loads[one], _ticket(row, item, one)), default=None)
        if chosen is None:
            lacking[str(item.place)] = lacking.get(str(item.place), 0) + 1
        else:
            loads[chosen] += 1
            made.append(ScoreSheet(reviewer=people[chosen], item=item))
        _link(row, kind, item, place, chosen, lacking, said, now)
    row.save()
    return ScoreSheet.objects.bulk_create(made)


def _ticket(row: ItemAssignment, item: ReviewItem, place: int) -> str:
    return hashlib.sha256(f"{row.seal}:{item.place}:{place}".encode()).hexdigest()


def _link(
    row: ItemAssignment,
    kind: str,
    item: ReviewItem,
    place: int,
    chosen: int | None,
    lacking: Mapping[str, int],
    said: Mapping[str, Any],
    now: datetime,
) -> None:
    at = timezone.localtime(now).isoformat(timespec="seconds")
    event = {
        "n": len(row.events) + 1,
        "type": kind,
        "item": item.place,
        "out": place,
        "in": chosen,
        "lacking": dict(lacking),
        **said,
        "at": at,
    }
    row.events = [*row.events, event | {"hash": link_of(row.head or row.seal, event)}]
