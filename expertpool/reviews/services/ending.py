"""A review ends: everybody who is to score has, and its result is sealed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.reviews.events import ReviewEnded
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer
from expertpool.reviews.queries.assignments import is_unassigned
from expertpool.reviews.queries.lacking import Lacking, lacking_in
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.reviews import is_partly_void, unjoined, unseated
from expertpool.reviews.services.organising import lock_review
from expertpool.reviews.services.overtaken import end_all_about
from expertpool.reviews.services.results import check_written, seal_result

NOT_SEATED = (
    "已不在评审组（已退出席位），不能结束：请为他们办理退出，由现在的评审组专家加入评审后再结束。"
)
VOID = (
    "已不在评审组（抽取已经作废），不能结束：重新抽取的名单公开后，请点「换成新的评审组」；"
    "不再评审的，请点「停止评审」。"
)
PARTLY = "由作废的补抽抽中，已不在评审组，不能结束：请点「让作废抽取的专家退出」，其余专家的抽取有效，照常评审、计入结果。"
NOT_JOINED = (
    "抽取已递补 {count} 位专家，还没有加入评审，不能结束：请点「候补专家加入」让他们评审；"
    "不能评审的，加入后申请退出，由监督人确认；预定的评审时间未过的，也可以在抽取中办理更换。"
)


@transaction.atomic
def end_review(*, review: Review, actor: User, now: datetime, short: int = 0) -> Review:
    """End the scoring of ``review``, of which all have submitted; its result is sealed. ``short`` is how many experts its items
    lack, as the page said it to whoever confirmed to end it so. Logged. Announces ReviewEnded.

    Refuses (ReviewRefused) while somebody is missing or sits in the panel no more, somebody whom the draw has seated does not
    score, or nobody scores an item; another number of experts that lack than was said, and what is not open.
    """
    row = lock_review(review)
    if row.opened_at is None or row.ended_at:
        raise ReviewRefused("评审还没有开始，或已经结束。")
    if is_unassigned(row):
        raise ReviewRefused("评审对象还没有分配给专家，不能结束。")
    # Whoever hands back holds the row of his expert.
    list(Reviewer.objects.select_for_update().filter(review=row).order_by("place").values("pk"))
    if gone := unseated(row):
        void = [one for one in gone if not one.invitation.draw.is_valid]
        names = "、".join(map(str, void or gone))
        of_void = PARTLY if is_partly_void(row) else VOID
        raise ReviewRefused(f"{names}{of_void if void else NOT_SEATED}")
    if come := unjoined(row):
        raise ReviewRefused(NOT_JOINED.format(count=len(come)))
    if missing := sum(one.is_missing for one in progress_of(row)):
        raise ReviewRefused(f"还有 {missing} 位专家没有提交，不能结束。")
    check_written(row)
    lacking = lacking_in(row)
    _check_enough(lacking, short)
    row.ended_at = now
    row.save()
    end_all_about(row, why="评审已结束", now=now)
    said = {"评审对象缺专家": lacking.words} if lacking.short else None
    record("review.end", actor=actor, now=now, subject=row, after=said)
    # In the same transaction: nobody reads that it ended without what came of it.
    seal_result(review=row, actor=actor, now=now)
    publish(ReviewEnded(row.pk))
    return row


def _check_enough(lacking: Lacking, short: int) -> None:
    """Refuse (ReviewRefused) items that nobody scores, and that fewer score than whoever ends the review was told."""
    if lacking.nobody:
        raise ReviewRefused(f"{lacking.why_not}，不能结束。")
    if lacking.short != short:
        raise ReviewRefused(
            f"{lacking.words}，请看清评审页面的提示后再点「结束评审」确认。"
            if lacking.short
            else "现在每个评审对象的专家都已到齐，请刷新页面后再结束。"
        )
