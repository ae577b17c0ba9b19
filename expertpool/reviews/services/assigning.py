"""Items are given to experts by chance: sealed, contributed to, drawn, by the protocol of draws (`vdraw.assignment`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.core.text import SAY_MORE, is_reason
from expertpool.draws.exceptions import ContributionRefused
from expertpool.draws.queries.given import check_readable
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.sealing import hash_of_new_draws
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import (
    ItemAssignment,
    ReassignRequest,
    Review,
    Reviewer,
    ReviewItem,
    ScoreSheet,
)
from expertpool.reviews.queries.assignments import (
    ALTERED,
    ROLES,
    SUPERVISOR,
    Person,
    assignment_of,
    contributors_of,
    fitting_of,
    given_values,
    order_of,
    rule_for,
    sealed_things,
    why_too_few,
)
from expertpool.reviews.queries.hands import why_not_seal
from expertpool.reviews.queries.reviews import may_name
from expertpool.reviews.services.hands import COMPLETE, ORDERED, SEAT_FREE, hand_behind
from expertpool.reviews.services.organising import lock_review
from expertpool.reviews.services.telling import tell_assigned, tell_step
from expertpool.workflow.queries.second_person import why_not_second
from expertpool.workflow.services.two_persons import end_with_subject
from vdraw import assignment as engine

NUMBERS_LOCK = "reviews.assignment_number"


@dataclass(frozen=True)
class Share:
    """How many score an item, how many one scores at most, and whether a second person gives a value."""

    per_item: int
    per_expert: int
    supervised: bool = True
    by_hand: bool = False
    why: str = ""  # by hand


@transaction.atomic
def set_assignment(
    *, review: Review, share: Share | None, actor: User, now: datetime
) -> ItemAssignment | None:
    """Decide that not all experts of ``review`` score all items, or (None) that they do. Logged.

    Refuses (ReviewRefused) once it is open and all have all, and what is sealed.
    """
    review = lock_review(review)
    row = assignment_of(review)
    if row is not None and row.sealed_at:
        raise ReviewRefused("分配已经封存，不能再改。")
    if review.opened_at and (row is None or share is None):
        raise ReviewRefused("评审已经开始，不能再改由哪些专家评。")
    before = _in_words(row)
    if share is None:
        if row is not None:
            row.delete()
            row = None
    else:
        row = row or ItemAssignment(review=review, created_at=now)
        row.per_item, row.per_expert = share.per_item, share.per_expert
        row.supervised = share.supervised
        if share.by_hand and not is_reason(share.why):
            raise ReviewRefused(f"请写明不随机分配的理由{SAY_MORE}。", field="why")
        row.by_hand, row.why_by_hand = share.by_hand, share.why.strip() if share.by_hand else ""
        # What was chosen must not come back if it is given by hand again.
        row.chosen = row.chosen if row.by_hand else {}
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()
    after = _in_words(row)
    record("review.assign_edit", actor=actor, now=now, subject=review, before=before, after=after)
    return row


def _in_words(row: ItemAssignment | None) -> dict[str, Any]:
    if row is None:
        return {"分配": "全部专家评全部评审对象"}
    if row.by_hand:
        return {
            "分配": "人工指定",
            "每个评审对象": f"{row.per_item} 人",
            "每人最多": f"{row.per_expert} 个",
            "理由": row.why_by_hand,
        }
    return {
        "每个评审对象": f"{row.per_item} 人",
        "每人最多": f"{row.per_expert} 个",
        "监督人提供随机值": "是" if row.supervised else "否",
    }


@transaction.atomic
def seal_assignment(
    *, review: Review, actor: User, now: datetime, entropy: Entropy
) -> ItemAssignment:
    """Freeze what is given to whom by chance: items, experts, who may score what. From now on only values are given.
    Logged with the seal.

    Refuses (ReviewRefused) before the review is open, twice, whoever may not read its names, and where items could
    not all have their experts, with the reason.
    """
    review = lock_review(review)
    row = assignment_of(review)
    if row is None or row.sealed_at or row.by_hand:
        raise ReviewRefused("没有可以封存的分配，请刷新页面。")
    if row.is_altered:
        raise ReviewRefused(ALTERED)
    if not review.is_open(now):
        raise ReviewRefused("请先开始评审：评审对象确定以后才能分配。")
    if not may_name(actor, review.project, now=now):
        raise ReviewRefused("您无权查看这次评审的名单，不能分配。")
    if used_up := why_not_seal(review, actor, now=now):
        raise ReviewRefused(used_up)
    fitting = fitting_of(review)
    if reasons := why_too_few(fitting, row.per_item, row.per_expert):
        raise ReviewRefused(
            "不能分配：" + "；".join(reasons[:3]) + "。请调整每人最多评几个，或增加专家。"
        )
    # The same protocol as of experts: number, salts and commitments are of this assignment alone.
    hash_name, nonce = hash_of_new_draws(), entropy.token_bytes(vdraw.NONCE_BYTES)
    # Late: it is held to the end, and every other assignment waits for its number.
    lock_transaction(NUMBERS_LOCK)
    row.number = next_number(now)
    refs = [one.reviewer.expert.number for one in fitting.experts]
    salts = [entropy.token_bytes(vdraw.SALT_BYTES).hex() for _ in refs]
    commits = vdraw.commit_identities(
        draw_id=row.number, refs=refs, salts=salts, hash_name=hash_name
    )
    rule = rule_for(
        fitting,
        draw_id=row.number,
        per_expert=row.per_expert,
        nonce_commit=vdraw.commit_nonce(nonce, hash_name=hash_name),
        contributors=contributors_of(row),
        salt=entropy.token_bytes(vdraw.RULE_SALT_BYTES).hex(),
        hash_name=hash_name,
        further={
            "project": review.project.number,
            "review_rule": str(review.rule),
            "items_hash": review.items_hash,
            "sealed_at": now.isoformat(timespec="seconds"),
        },
    )
    items, reviewers = fitting.to_engine(row.per_item, commits)
    sealed = engine.seal_assignment(rule, items, reviewers)
    row.rule_content = rule.to_dict()
    row.items_content = [one.to_dict() for one in sealed.items]
    row.people = json.dumps(
        [
            {"reviewer": one.reviewer.pk, "ref": ref, "salt": salt, **said.to_dict()}
            for one, ref, salt, said in zip(fitting.experts, refs, salts, reviewers, strict=True)
        ]
    )
    row.nonce, row.seal = nonce.hex(), sealed.seal
    row.sealed_at, row.sealed_by = now, actor
    row.save()
    after = _in_words(row) | {
        "分配编号": row.number,
        "封存值": row.seal,
        "评审对象": len(items),
        "专家": len(reviewers),
    }
    record("review.assign_seal", actor=actor, now=now, subject=row, after=after)
    return row


def next_number(now: datetime) -> str:
    """Return the next number: F, the day, four digits, without gaps; the lock makes it unique."""
    day = f"F{timezone.localtime(now):%Y%m%d}"
    last = ItemAssignment.objects.filter(number__startswith=day).order_by("-number").first()
    return f"{day}{int(last.number[len(day) :]) + 1 if last else 1:04d}"


@transaction.atomic
def give_value(
    *, assignment: ItemAssignment, role: str, value: str, actor: User, now: datetime
) -> ItemAssignment:
    """Add the value (any text or dice) of ``role`` after the seal; the last one gives the items, and the experts are
    told. Logged. The caller has checked that ``actor`` has the right of ``role``.

    Refuses (ReviewRefused) a role that gave its value, one person in two roles, whoever cannot be the second, a value
    of which nothing or not all can be seen, and what was altered.
    """
    review = lock_review(assignment.review)
    row = ItemAssignment.objects.get(pk=assignment.pk)
    check_value(row, role, actor, now=now)
    if row.is_altered:
        raise ReviewRefused(ALTERED)
    try:
        check_readable(value)
    except ContributionRefused as error:
        raise ReviewRefused(str(error)) from error
    after = {"角色": ROLES[role], "值": value}
    record("review.assign_value", actor=actor, now=now, subject=row, after=after)
    # From the log, this value among them: what a row says of values nobody has proven.
    given = given_values(row)
    if given.keys() >= set(contributors_of(row)):
        _draw(row, review, {key: one.value for key, one in given.items()}, actor=actor, now=now)
    return row


def check_value(row: ItemAssignment, role: str, user: User, *, now: datetime) -> None:
    """Refuse (ReviewRefused) that ``user`` gives the value of ``role``."""
    if row.sealed_at is None or row.drawn_at or row.voided_at or row.by_hand:
        raise ReviewRefused("现在不需要随机值，请刷新页面。")
    if role not in contributors_of(row):
        raise ReviewRefused("封存的规则里没有这个角色。")
    given = given_values(row)
    if role in given:
        raise ReviewRefused(f"{ROLES[role]}已经提供过随机值。")
    others = {one.by for one in given.values() if one.by is not None}
    if user.pk in others:
        raise ReviewRefused("同一人不能以两个身份提供随机值。")
    if role == SUPERVISOR:
        firsts = {pk for pk in (row.sealed_by_id, *others) if pk is not None}
        if why_not := why_not_second(user, firsts, asked_at=row.sealed_at, now=now):
            raise ReviewRefused(why_not)


def _draw(
    row: ItemAssignment, review: Review, values: dict[str, str], *, actor: User, now: datetime
) -> None:
    """Reveal the nonce, and give the items."""
    sealed, people = sealed_things(row)
    row.reveals = [{"role": vdraw.SYSTEM_ROLE, "value": row.nonce}] + [
        {"role": role, "value": values[role]} for role in contributors_of(row)
    ]
    order = order_of(row, sealed, row.reveals)
    first = engine.assign_first(order)
    told: Told = [(event, ORDERED) for event in first.events]
    # Who left between seal and values gets nothing, and nothing of theirs counts: nobody has scored yet.
    gone = Reviewer.objects.filter(review=review, left_at__isnull=False).in_bulk()
    leaving = {
        commit: Leaving(counts=False, hand=hand_behind(row, gone[one.reviewer_id]))
        for commit, one in people.items()
        if one.reviewer_id in gone
    }
    state, more = let_go(first.state, leaving, {})
    if not more:
        step = engine.end_assignment(state)
        state, more = step.state, [(event, COMPLETE) for event in step.events]
    row.seed, row.drawn_at = order.seed, now
    append_events(row, order, [*told, *more], now)
    row.save()
    made = make_sheets(row, state, people)
    after = {"种子": row.seed, "事件链头": row.head, "分配": f"{len(made)} 人次"}
    record("review.assign", actor=actor, now=now, subject=row, after=after)
    tell_holders(review, made, "", now)


# Events, each with whose hand it was and why.
Told = list[tuple[engine.Entry, Mapping[str, Any]]]


class Leaving(NamedTuple):
    """That somebody leaves: whether what he holds counts, and what events say of whose hands it took."""

    counts: bool
    hand: Mapping[str, Any]


def let_go(
    state: engine.AssignmentState, leaving: Mapping[str, Leaving], busy: Mapping[str, str]
) -> tuple[engine.AssignmentState, Told]:
    """Let those of ``leaving`` (by their commitment) go, give what they give up to others but for ``busy``."""
    told: Told = []
    for commit, one in leaving.items():
        if held := state.items_of(commit):
            items = () if one.counts else held
            step = engine.give_up(state, commit, "leave", items, leaves=True)
            state = step.state
            told += [(event, one.hand) for event in step.events]
    if not told:
        return state, []
    if state.lacking and state.is_due:
        reviewers = state.order.sealed.reviewers
        out = {reviewers[at].commit for at in state.out}
        step = engine.supplement_items(
            state, {commit: why for commit, why in busy.items() if commit not in out}
        )
        state = step.state
        told += [(event, SEAT_FREE) for event in step.events]
    step = engine.end_assignment(state)
    return step.state, [*told, *((event, COMPLETE) for event in step.events)]


def append_events(
    row: ItemAssignment, order: engine.AssignmentOrder, told: Told, now: datetime
) -> None:
    """Put ``told`` behind the events of ``row``, chained."""
    at = timezone.localtime(now).isoformat(timespec="seconds")
    said = [
        replace(event, further={**hand, "at": at}, n=n)
        for n, (event, hand) in enumerate(told, start=len(row.events) + 1)
    ]
    chained = engine.chain_entries(order.sealed.rule, order.seed, said, row.head or None)
    row.events = [*row.events, *(engine.entry_to_dict(event) for event in chained)]


def make_sheets(
    row: ItemAssignment, state: engine.AssignmentState, people: Mapping[str, Person]
) -> list[ScoreSheet]:
    """Give whoever holds an item, and is there, a sheet of it; return the new ones."""
    items = {one.place: one for one in ReviewItem.objects.filter(review=row.review)}
    there = Reviewer.objects.filter(review=row.review, left_at__isnull=True)
    present = set(there.values_list("pk", flat=True))
    rows = ScoreSheet.objects.filter(reviewer__review=row.review)
    # Called again whenever somebody leaves: who has a sheet keeps it as he has filled it in.
    known = set(rows.values_list("reviewer_id", "item_id"))
    made = []
    for commit, one in people.items():
        for key in state.items_of(commit) if one.reviewer_id in present else ():
            item = items[int(key)]
            if (one.reviewer_id, item.pk) not in known:
                made.append(ScoreSheet(reviewer_id=one.reviewer_id, item=item))
    return ScoreSheet.objects.bulk_create(made, batch_size=1000)


def tell_holders(review: Review, sheets: Sequence[ScoreSheet], key: str, now: datetime) -> None:
    holders = {sheet.reviewer_id for sheet in sheets}
    rows = Reviewer.objects.filter(pk__in=holders).select_related("expert__user", "invitation")
    tell_assigned(review, list(rows.order_by("place")), key, now=now)


@transaction.atomic
def abandon_assignment(
    *, assignment: ItemAssignment, reason: str, actor: User, now: datetime
) -> ItemAssignment:
    """Give up what is sealed and not drawn; another may be sealed instead. It stays, with its reason. A step alone, as with
    draws (`draws.services.sealing.abandon_draw`): counted, told to supervisors, bounded (`queries.hands.why_not_seal`).
    Logged.

    Refuses (ReviewRefused) without a reason, and what was drawn or never sealed.
    """
    review = lock_review(assignment.review)
    row = ItemAssignment.objects.get(pk=assignment.pk)
    if row.sealed_at is None or row.drawn_at or row.voided_at:
        raise ReviewRefused("只有已封存、还没有分配的才能放弃。")
    if not is_reason(reason):
        raise ReviewRefused(f"请写明放弃的原因{SAY_MORE}。")
    row.voided_at, row.voided_why = now, reason.strip()
    row.save()
    # Nothing can come of what was asked for about it.
    end_with_subject(ReassignRequest, row, why="分配已放弃", now=now)
    # Another at once, set alike: of a review without one all experts score all.
    after = ItemAssignment.objects.create(
        review=review,
        per_item=row.per_item,
        per_expert=row.per_expert,
        supervised=row.supervised,
        by_hand=row.by_hand,
        why_by_hand=row.why_by_hand,
        chosen=row.chosen,
        created_at=now,
    )
    record("review.assign_abandon", actor=actor, now=now, subject=row, note=row.voided_why)
    tell_step(row, "放弃评审对象分配", row.voided_why, actor=actor, now=now)
    return after
