"""Preparing a review: its terms and items; then it is opened for its panel, stage by stage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import (
    SAY_MORE,
    clean_text,
    if_seen,
    is_reason,
    moment_text,
    too_long,
    without_unseen,
)
from expertpool.draws.enums import PanelRole
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.panel import PanelMember
from expertpool.draws.queries.written import is_written
from expertpool.draws.services.names import read_who_sat
from expertpool.draws.services.telling import tell_step
from expertpool.experts.models import Expert
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_open_project
from expertpool.reviews.calculation import Kind, RuleTree
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer, ReviewItem, ReviewRule, ScoreSheet
from expertpool.reviews.models.reviews import hash_of
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.lacking import short_of
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import may_name, of_void_draws
from expertpool.reviews.queries.sheets import asked_in, items_of, rule_of
from expertpool.reviews.services.telling import tell_missing, tell_opened

MOST_ITEMS = 2000
MOST_SCORES = 10_000  # of one expert: he reads them all on the page that he signs
HOUR = timedelta(hours=1)
WRITTEN = "这次评审的设置（规则、阶段、截止时间等）在系统之外被改动过，请管理员核查。"
FIXED = "评审已经开始，评审对象和规则不能再改。"


@dataclass(frozen=True)
class Terms:
    """How a review is held."""

    rule: ReviewRule | None = None
    by_stage: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True)
class Thing:
    """What is known of an item."""

    number: str
    name: str
    unit: str = ""
    category: str = ""
    price: Decimal | None = None


@transaction.atomic
def create_review(*, project: Project, terms: Terms, actor: User, now: datetime) -> Review:
    """Begin to prepare the review of ``project``. Logged.

    Refuses (ReviewRefused) a second one, and an archived project.
    """
    _lock_open(project)
    row = Review(project=project, created_at=now, created_by=actor)
    _take(row, terms)
    try:
        # One review of a project, says the constraint: two who press at once see each other only there.
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ReviewRefused("这个项目已经建立了评审，请刷新页面。") from None
    record("review.create", actor=actor, now=now, subject=row, after=_in_words(row))
    return row


@transaction.atomic
def change_terms(*, review: Review, terms: Terms, actor: User, now: datetime) -> Review:
    """Change how ``review`` is held; once it is open, until when alone. Logged.

    Refuses (ReviewRefused) what has ended, and a time that is over.
    """
    row = lock_review(review)
    if row.ended_at:
        raise ReviewRefused("评审已经结束，不能再改。")
    before = _in_words(row)
    if row.opened_at:
        # The rest stays as it is: people score by it.
        row.due_at = terms.due_at
    else:
        _take(row, terms)
    if row.opened_at and row.due_at and row.due_at <= now:
        raise ReviewRefused("截止时间已过，请填写以后的时间。", field="due_at")
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
    record("review.edit", actor=actor, now=now, subject=row, before=before, after=_in_words(row))
    return row


def _take(row: Review, terms: Terms) -> None:
    row.rule, row.by_stage, row.due_at = terms.rule, terms.by_stage, terms.due_at


@transaction.atomic
def add_items(
    *, review: Review, things: Sequence[Thing], actor: User, now: datetime
) -> list[ReviewItem]:
    """Add ``things`` to what is scored, after what is there. Logged with how many.

    Refuses (ReviewRefused) a number that is there already, too many, and a review that is open.
    """
    row = _lock_draft(review)
    last = ReviewItem.objects.filter(review=row).aggregate(last=Max("place"))["last"] or 0
    if last + len(things) > MOST_ITEMS:
        raise ReviewRefused(f"一次评审最多 {MOST_ITEMS} 个评审对象。")
    made = []
    for place, thing in enumerate(things, start=last + 1):
        item = ReviewItem(review=row, place=place)
        _fill(item, thing)
        made.append(_saved(item))
    # Twenty by name: of two thousand the entry would be a book.
    after = {"评审对象": [str(one) for one in made[:20]], "数量": len(made)}
    record("review.items", actor=actor, now=now, subject=row, after=after)
    return made


@transaction.atomic
def edit_item(*, item: ReviewItem, thing: Thing, actor: User, now: datetime) -> ReviewItem:
    """Change what is known of ``item``. Logged. Refuses like `add_items`."""
    row = _lock_draft(item.review)
    # Under the lock: what is logged as before is what stands.
    item = ReviewItem.objects.get(pk=item.pk)
    before = " ".join(filter(None, item.content))
    _fill(item, thing)
    _saved(item)
    after = " ".join(filter(None, item.content))
    record(
        "review.items",
        actor=actor,
        now=now,
        subject=row,
        before={"评审对象": before},
        after={"评审对象": after},
    )
    return item


@transaction.atomic
def remove_item(*, item: ReviewItem, actor: User, now: datetime) -> None:
    """Take ``item`` out of a review that is not open. Logged."""
    row = _lock_draft(item.review)
    # A second click finds nothing to take out.
    found = ReviewItem.objects.filter(pk=item.pk).first()
    if found is None:
        return
    record("review.items", actor=actor, now=now, subject=row, before={"评审对象": str(found)})
    found.delete()


def _fill(item: ReviewItem, thing: Thing) -> None:
    # As the cells of a list: a number that looks like another is that one, whichever way it came.
    item.number, item.name = _seen(thing.number), _seen(thing.name)
    item.unit, item.category, item.price = _seen(thing.unit), _seen(thing.category), thing.price
    # Told the experts instead of the number where they may not know who it is: drawn when it is opened.
    item.alias = item.number


def _seen(text: str) -> str:
    return if_seen(clean_text(without_unseen(text)))


def _saved(item: ReviewItem) -> ReviewItem:
    item.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise ReviewRefused(f"编号「{item.number}」已经有了。", field="number") from None
    return item


@transaction.atomic
def open_review(
    *, review: Review, actor: User, now: datetime, short: int = 0, reason: str = ""
) -> Review:
    """Let the panel of ``review`` score: each who sits gets a sheet of each item and is told, unless items are still to be
    given to some of them (`assigning`); from now on rule and items stay. An anonymous review gives its items numbers without order. Logged with the hash of what is scored.
    ``short`` is how many seats nobody has, as the page said it to whoever begins it so all the same, for a ``reason``: who
    supervises is told.

    Refuses (ReviewRefused) one without rule or items, before the panel stands and its names are released, whoever
    may not read them, a time that is over, another number of seats that nobody has than was said, and so few as the rules of the
    regime forbid.
    """
    row = _lock_draft(review)
    rule, items = rule_of(row), items_of(row)
    if row.rule is None or not items:
        raise ReviewRefused("请先选择评审规则，并添加评审对象。")
    if row.rule.is_altered:
        raise ReviewRefused("评审规则在系统之外被改动过，不能使用，请管理员核查。")
    if asks_price(rule) and any(one.price is None for one in items):
        raise ReviewRefused("这个规则按报价计分，请先填写每个评审对象的报价。")
    _check_readable(row, len(items), len(asked_in(rule)))
    if row.due_at and row.due_at <= now:
        raise ReviewRefused("截止时间已过，请先改为以后的时间。")
    if not may_name(actor, row.project, now=now):
        raise ReviewRefused("评审组还没有确定、名单还没有公开，或您无权查看名单，现在不能开始。")
    # By the service that logs it: whoever opens a review reads who sits.
    people = read_who_sat(project=row.project, actor=actor, now=now, purpose="开始评审")
    if not people:
        raise ReviewRefused("评审组还没有专家，不能开始。")
    lacks = _agreed_to(row, short, reason, now)
    _fix(row, items, now)
    row.stages = 1 if row.by_stage else len(rule.stages)
    row.opened_at = now
    # Goes into the log: what is scored later can be compared with what was there.
    row.items_hash = hash_of([one.content for one in items])
    row.save()
    for member, named in people:
        join(row, member, named.invitation, now)
    record(
        "review.open",
        actor=actor,
        now=now,
        subject=row,
        after=_in_words(row)
        | {"评审对象": len(items), "专家": len(people), "评审对象摘要": row.items_hash}
        | ({"人数不足": lacks} if lacks else {}),
        note=reason.strip() if lacks else "",
    )
    if lacks:
        _tell_short(row, f"{lacks}；{reason.strip()}", actor=actor, now=now)
    if assignment_of(row) is None:
        tell_opened(row, now=now)
    return row


def _agreed_to(row: Review, short: int, reason: str, now: datetime) -> str:
    """Return what the panel of ``row`` lacks, in words, to which whoever begins it so has agreed; empty where it is whole."""
    lacks = short_of(row.project, now=now)
    if lacks is None:
        if short:
            raise ReviewRefused("现在评审组的席位都有专家了，请刷新页面后再开始。")
        return ""
    if lacks.why_not:
        raise ReviewRefused(f"{lacks.filled.words}：{lacks.why_not}。{lacks.mend}")
    if short != lacks.filled.short:
        raise ReviewRefused(f"{lacks.words}。请看清评审页面的提示后再点「开始评审」确认。")
    if not is_reason(reason):
        raise ReviewRefused(f"请写明以现有人数开始的原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise ReviewRefused(f"原因{refusal}")
    return lacks.words


def _tell_short(row: Review, why: str, *, actor: User, now: datetime) -> None:
    draw = valid_draws(row.project)[0]
    what = "抽中的评审组人数不足，仍开始评审"
    tell_step(draw, what, why, key=f"review-short:{row.pk}", actor=actor, now=now)


def asks_price(rule: RuleTree) -> bool:
    """Tell whether ``rule`` gives points for a price."""
    return any(one.kind is Kind.PRICE for one in rule.indicators())


def _check_readable(row: Review, items: int, asked: int) -> None:
    """Refuse what no expert could read through before he signs."""
    share = assignment_of(row)
    most = min(items, share.per_expert) if share else items
    if most * asked > MOST_SCORES:
        raise ReviewRefused(
            f"每位专家要评 {most} 个评审对象、每个 {asked} 项，共 {most * asked} 个评分，超过 {MOST_SCORES} 个。"
            "请减少评审对象或指标，或点「由谁评」，每人只评一部分。"
        )


def _fix(row: Review, items: Sequence[ReviewItem], now: datetime) -> None:
    if row.is_anonymous:
        codes = [f"{at:0{len(str(len(items))) + 1}d}" for at in range(1, len(items) + 1)]
        # By no seed: whoever knew it would know whose item is whose.
        random.SystemRandom().shuffle(codes)
        # Names that no other item has while they change hands.
        for item in items:
            item.alias = f"·{item.place}"
        ReviewItem.objects.bulk_update(items, ["alias"])
        for item, code in zip(items, codes, strict=True):
            item.alias = f"匿名 {code}"
    for item in items:
        item.fixed_at = now
    ReviewItem.objects.bulk_update(items, ["alias", "fixed_at"])


def join(review: Review, member: PanelMember, line: Invitation, now: datetime) -> Reviewer:
    """Let ``member`` of the panel score all items of ``review``, or those that he will be given; what was sealed says who
    he is."""
    if not is_written(line):
        raise ReviewRefused("有一位专家的邀请记录在系统之外被改动过，请管理员核查。")
    expert = Expert.objects.select_related("merged_into").get(pk=open_identity(line).expert_id)
    last = Reviewer.objects.filter(review=review).aggregate(last=Max("place"))["last"] or 0
    row = Reviewer.objects.create(
        review=review,
        invitation=line,
        expert=expert.merged_into or expert,
        place=last + 1,
        # Who comes later does not take the lead from whoever has it.
        is_leader=member.role == PanelRole.LEADER and not is_led(review),
        joined_at=now,
    )
    items = items_of(review) if assignment_of(review) is None else []
    ScoreSheet.objects.bulk_create(ScoreSheet(reviewer=row, item=one) for one in items)
    return row


def is_led(review: Review) -> bool:
    """Tell whether somebody who has not left leads the panel of ``review``."""
    return Reviewer.objects.filter(review=review, is_leader=True, left_at__isnull=True).exists()


@transaction.atomic
def open_stage(*, review: Review, actor: User, now: datetime) -> Review:
    """Open the next stage of ``review``. Logged; the caller has checked that ``actor`` leads it or organises it.

    Refuses (ReviewRefused) where all are open, and a review that is not.
    """
    row = lock_review(review)
    rule = rule_of(row)
    if not row.is_open(now):
        raise ReviewRefused("评审没有在进行。")
    if row.stages >= len(rule.stages):
        raise ReviewRefused("所有阶段都已开启。")
    row.stages += 1
    row.save()
    stage = rule.stages[row.stages - 1].name
    record("review.stage", actor=actor, now=now, subject=row, after={"开启阶段": stage})
    return row


@transaction.atomic
def remind(*, review: Review, actor: User, now: datetime) -> int:
    """Remind whoever has not submitted; return how many they are. Logged.

    Refuses (ReviewRefused) a review that is not open, where all have submitted, and twice within an hour.
    """
    row = lock_review(review)
    if not row.is_open(now):
        raise ReviewRefused("评审没有在进行，或已过截止时间。")
    if row.reminded_at and now < row.reminded_at + HOUR:
        raise ReviewRefused("一小时内已经提醒过了，请稍后再提醒。")
    missing = [one.reviewer for one in progress_of(row) if one.is_missing]
    if not missing:
        raise ReviewRefused(
            "抽取已经作废的专家不再评审，不用提醒；没有其他专家还没提交。"
            if of_void_draws(row)
            else "所有专家都已提交，不用提醒。"
        )
    row.reminded_at = now
    row.save()
    record("review.remind", actor=actor, now=now, subject=row, after={"提醒": len(missing)})
    tell_missing(row, missing, now=now)
    return len(missing)


def lock_review(review: Review) -> Review:
    """Hold ``review``: whoever changes it comes one after the other.

    Refuses (ReviewRefused) one of an archived project, and one that somebody else has written: whoever saves it would
    vouch for that.
    """
    _lock_open(review.project)
    rows = Review.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("project__department", "project__purchaser", "rule").get(pk=review.pk)
    if row.is_altered:
        raise ReviewRefused(WRITTEN)
    return row


def _lock_draft(review: Review) -> Review:
    row = lock_review(review)
    if row.opened_at:
        raise ReviewRefused(FIXED)
    return row


def _lock_open(project: Project) -> None:
    # Before its review, as whoever archives the project.
    try:
        lock_open_project(project)
    except ProjectError as error:
        raise ReviewRefused(str(error)) from None


def _in_words(row: Review) -> dict[str, Any]:
    return {
        "评审规则": str(row.rule or "未选择"),
        "逐阶段开启": "是" if row.by_stage else "否",
        "截止时间": moment_text(row.due_at) if row.due_at else "不限",
    }
