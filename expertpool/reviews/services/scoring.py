"""What an expert does: he fills in his sheets, which are kept as he types, and submits them by his hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.text import if_seen, is_reason
from expertpool.draws.enums import INVALID
from expertpool.reviews.calculation import Indicator, RuleTree, plain
from expertpool.reviews.calculation.scores import check_score, read_value
from expertpool.reviews.events import SheetSubmitted
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Reviewer, ScoreSheet, Submission
from expertpool.reviews.models.reviews import Scores
from expertpool.reviews.queries.assignments import has_his_sheets
from expertpool.reviews.queries.differences import compared
from expertpool.reviews.queries.fallen import fallen_in
from expertpool.reviews.queries.sheets import (
    NOTHING,
    asked_in,
    content_of,
    fell,
    problems_in,
    rule_of,
    seen_mark,
    sheets_of,
    standing,
)

NOT_HIS = "这不是您的评分表。"
VOID = "您所在评审组的抽取已经作废，不用再评分；已经填写的不计入结果。"
NOT_OPEN = "这次评审现在不能评分：还没有开始、已经结束，或已过截止时间。"
WRITTEN = "这次评审的设置在系统之外被改动过，现在不能评分，请联系评审组织人员。"
NOT_HIS_SHEETS = "您的评分表在系统之外被改动过，与分给您的评审对象不同，请联系评审组织人员。"
FAR = (
    "有 {count} 个评审对象的评分与其他专家相差较大（超过满分的 {share}%），请核对：需要改的返回修改，"
    "坚持的写明理由后再签字。评分由您决定，系统不会改动。"
)
SUBMITTED = "您已经提交了评分表，不能再改；确需修改的，请联系评审组织人员退回。"


@dataclass(frozen=True)
class Save:
    """What a device sends of one item: what it changed, and which revision it had read."""

    revision: int
    scores: Scores


@dataclass(frozen=True)
class Saved:
    """What became of it. ``problems``: why a value was not taken, or cannot be submitted as it stands; ``unsaid``: what
    lacks its reason; ``kept``: values that are kept, and counted, as written otherwise (１５ is 15); ``theirs``: what another
    device had saved meanwhile: then nothing was written."""

    revision: int
    problems: dict[str, str] = field(default_factory=dict)
    unsaid: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    theirs: Scores | None = None


@transaction.atomic
def save_scores(
    *, reviewer: Reviewer, saves: Mapping[str, Save], actor: User, now: datetime
) -> dict[str, Saved]:
    """Keep what ``reviewer`` has filled in so far, by the alias of the item, and answer in that order. A value that cannot be
    is not kept, nor what belongs to a stage that is not open, nor anything of what did not pass a stage that is over; the
    same sent twice changes nothing. Not logged: it is a draft.

    Refuses (ReviewRefused) another's account, a review that is not open, and once he has submitted.
    """
    row = _held(reviewer, actor, now)
    rule = rule_of(row.review)
    asked = {
        one.indicator.code: one.indicator
        for one in asked_in(rule)
        if one.stage <= row.review.stages
    }
    sheets = ScoreSheet.objects.select_for_update(of=("self",)).select_related("item")
    found = list(sheets.filter(reviewer=row, item__alias__in=list(saves)).order_by("item__alias"))
    fallen = fallen_in(row.review, rule, items={one.item_id for one in found})
    return {
        one.item.alias: _fallen(one, saves[one.item.alias], fell(rule, fallen[one.item_id]))
        if one.item_id in fallen
        else _save(one, saves[one.item.alias], rule, asked, now)
        for one in found
    }


def _fallen(sheet: ScoreSheet, save: Save, why: str) -> Saved:
    """His vote stays as all have voted."""
    changed = [
        code for code, said in save.scores.items() if sheet.scores.get(code, NOTHING) != list(said)
    ]
    return Saved(sheet.revision, dict.fromkeys(changed, f"{why}。"))


def _save(
    sheet: ScoreSheet, save: Save, rule: RuleTree, asked: Mapping[str, Indicator], now: datetime
) -> Saved:
    said: Scores = {}
    problems: dict[str, str] = {}
    unsaid: list[str] = []
    for code, (value, reason) in save.scores.items():
        # A page from before may still send it; nothing of it is kept.
        if code not in asked:
            continue
        problem = check_score(rule, code, value, reason)
        if problem is not None and value.strip():
            problems[code] = problem.text
            unsaid += [code] if problem.is_missing else []
        if problem is None or problem.is_missing:
            said[code] = [read_value(asked[code], value), if_seen(reason)]
    kept = {code: one[0] for code, one in said.items() if one[0] != save.scores[code][0]}
    merged = {**sheet.scores, **said}
    merged = {code: both for code, both in merged.items() if both != NOTHING}
    # Sent again, since the answer was lost: no revision is spent on it.
    if merged == sheet.scores:
        return Saved(sheet.revision, problems, unsaid, kept)
    # Another device was faster: he decides, nothing is merged behind his back.
    if sheet.revision != save.revision:
        return Saved(sheet.revision, problems, unsaid, theirs=sheet.scores)
    sheet.scores, sheet.revision, sheet.saved_at = merged, sheet.revision + 1, now
    sheet.save()
    return Saved(sheet.revision, problems, unsaid, kept)


@transaction.atomic
def compare_sheets(*, reviewer: Reviewer, actor: User, now: datetime) -> None:
    """Mark which totals of ``reviewer``, who comes to sign, are far from the others', as his rule says: he is asked about
    them, and decides. Each sheet is compared once, whatever he changes then. Not logged: it is a draft.

    Refuses (ReviewRefused) like `save_scores`.
    """
    row = _held(reviewer, actor, now)
    rule, sheets = rule_of(row.review), sheets_of(row)
    if rule.far is None or _unfinished(row, rule, sheets):
        return
    for pk, is_far in compared(rule, row, [one for one in sheets if one.is_far is None]).items():
        # This column alone: what he types meanwhile is not written over.
        ScoreSheet.objects.filter(pk=pk).update(is_far=is_far)


@transaction.atomic
def submit_sheets(
    *,
    reviewer: Reviewer,
    seen: str,
    signature: str,
    signed_from: str,
    actor: User,
    now: datetime,
    remarks: Mapping[str, str] | None = None,
) -> Submission:
    """Submit all sheets of ``reviewer`` by his hand: ``signature`` is the picture of his writing, ``seen`` what he has read
    before (`seen_mark`), ``remarks`` what he says of scores that are far from the others' (`compare_sheets`), by the
    alias of the item. They stay as they are. Logged with what names the content. Announces SheetSubmitted.

    Refuses (ReviewRefused) another's account, a review that is not open or has stages that are not, what is not
    filled in or cannot be, what was changed since he has read it, and what is far from the others' without a remark.
    """
    row = _held(reviewer, actor, now)
    rule, sheets = rule_of(row.review), sheets_of(row)
    if row.review.stages < len(rule.stages):
        raise ReviewRefused("还有评审阶段没有开启，全部开启并评完后再提交。")
    if not has_his_sheets(row):
        raise ReviewRefused(NOT_HIS_SHEETS)
    if missing := _unfinished(row, rule, sheets):
        raise ReviewRefused(f"还有 {missing} 个评审对象没有评完，请补齐后再提交。")
    if seen != seen_mark(sheets):
        raise ReviewRefused("评分与您看到的不同（可能在另一台设备上改过），请核对后再签字。")
    said = {
        one.item.number: (remarks or {}).get(one.item.alias, "") for one in sheets if one.is_far
    }
    if unsaid := sum(not is_reason(text) for text in said.values()):
        raise ReviewRefused(FAR.format(count=unsaid, share=plain(rule.far or Decimal(0))))
    made = Submission(
        reviewer=row,
        # Those that were handed back to him stay, too.
        version=Submission.objects.filter(reviewer=row).count() + 1,
        content=content_of(sheets),
        remarks={number: text.strip() for number, text in said.items()},
        submitted_at=now,
        signature=signature,
        signed_from=signed_from,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise ReviewRefused(SUBMITTED) from None
    after = {"席位": str(row), "版本": made.version, "内容摘要": made.mark}
    record("review.submit", actor=actor, now=now, subject=row.review, after=after)
    publish(SheetSubmitted(row.review_id))
    return made


def _unfinished(row: Reviewer, rule: RuleTree, sheets: Sequence[ScoreSheet]) -> int:
    """Return of how many items something is missing."""
    fallen = fallen_in(row.review, rule, items={one.item_id for one in sheets})
    return sum(bool(problems_in(rule, one.scores, fallen.get(one.item_id))) for one in sheets)


def _held(reviewer: Reviewer, actor: User, now: datetime) -> Reviewer:
    """Hold the row of ``reviewer``: who submits, saves and hands back come one after the other."""
    rows = Reviewer.objects.select_for_update(of=("self",))
    rows = rows.annotate(drawn=F("invitation__draw__status"))
    row: Any = rows.select_related("review__project", "review__rule", "expert__merged_into").get(
        pk=reviewer.pk
    )
    # Of a record that was merged he signs in by the one that stays.
    expert = row.expert.merged_into or row.expert
    if expert.user_id is None or actor.pk != expert.user_id or row.left_at:
        raise ReviewRefused(NOT_HIS)
    if row.review.is_altered:
        raise ReviewRefused(WRITTEN)
    if not row.review.is_open(now):
        raise ReviewRefused(NOT_OPEN)
    if row.drawn in INVALID:
        raise ReviewRefused(VOID)
    if standing(row) is not None:
        raise ReviewRefused(SUBMITTED)
    held: Reviewer = row
    return held
