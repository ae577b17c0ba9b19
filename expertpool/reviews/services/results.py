"""The result of a review is sealed when it ends: what was submitted is worked out, and the record's digest goes into the
log's chain."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.reviews.calculation.record import record_of
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer, ReviewResult, Submission
from expertpool.reviews.models.results import digest_of
from expertpool.reviews.queries.assignments import all_have_their_sheets
from expertpool.reviews.queries.results import about, counting_in, reviewed_of
from expertpool.reviews.queries.reviews import STANDING
from expertpool.reviews.queries.sheets import are_fixed, items_of

ALTERED = "在系统之外被改动过，不能计算结果，请管理员核查。"


def seal_result(*, review: Review, actor: User, now: datetime) -> ReviewResult:
    """Work out what ``review`` comes to and keep it for good; the caller holds its row, has asked `check_written`, and ends it.
    Logged with the digest of the record.

    Refuses (ReviewRefused) what is not complete.
    """
    reviewed = reviewed_of(review)
    found = reviewed.result()
    if found.missing:
        raise ReviewRefused(f"还有 {len(found.missing)} 份评分不完整，不能计算结果。")
    if found.unscored:
        raise ReviewRefused(f"{'、'.join(found.unscored[:5])}没有专家评，不能计算结果。")
    if found.unpriced:
        raise ReviewRefused("有评审对象没有报价，不能按规则计算价格分。")
    content = record_of(reviewed, found, about=about(review))
    row = ReviewResult(
        review=review,
        content=content,
        digest=digest_of(content),
        sealed_at=now,
        sealed_by=actor,
    )
    # Never a second result, nor one over another.
    row.save(force_insert=True)
    ranked = [one for one in found.ranked if one.rank is not None]
    after = {
        "结果摘要": row.digest,
        "评审对象": len(found.rows),
        "未通过审查": len(found.rows) - len(ranked),
    }
    record("review.seal", actor=actor, now=now, subject=review, after=after)
    return row


def check_written(review: Review) -> None:
    """Refuse (ReviewRefused) what somebody else has written of ``review``: what is sealed would prove it."""
    if review.rule is None or review.rule.is_altered:
        raise ReviewRefused(f"评审规则{ALTERED}")
    if not are_fixed(review, items_of(review)):
        raise ReviewRefused(f"评审对象{ALTERED}")
    rows = Submission.objects.filter(STANDING, reviewer__review=review).select_related(
        "reviewer__review", "reviewer__expert"
    )
    # Who scores, too: somebody taken out by another hand would be missed by nobody.
    people = Reviewer.objects.filter(review=review).select_related("review", "expert")
    if any(one.is_altered for one in rows) or any(one.is_altered for one in people):
        raise ReviewRefused(f"有专家的评分表{ALTERED}")
    if not all_have_their_sheets(review, counting_in(review)):
        raise ReviewRefused(f"由谁评审哪些对象的记录{ALTERED}")
