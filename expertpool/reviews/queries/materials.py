"""The materials of items: who reads them, and until when they may change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from expertpool.experts.queries.experts import expert_for
from expertpool.files.models import Attachment
from expertpool.files.registry import FileSubject
from expertpool.reviews.models import Reviewer, ReviewItem, ScoreSheet
from expertpool.reviews.permissions import MANAGE, VIEW
from expertpool.reviews.queries.reviews import SCORES, reviews_visible_to, whose

SUBJECT = "reviews.reviewitem"


def materials_of(items: Sequence[ReviewItem]) -> dict[int, list[Attachment]]:
    """Return the materials of ``items``, by the item."""
    ids = [str(one.pk) for one in items]
    rows = Attachment.objects.filter(
        subject_type=SUBJECT, subject_id__in=ids, removed_at__isnull=True
    )
    found = defaultdict(list)
    for one in rows.order_by("pk"):
        found[int(one.subject_id)].append(one)
    return found


def _may_view(user: Any, subject_id: str) -> bool:
    """Who organises or watches the review, and the experts who are asked to score the item, once it is open."""
    rows = ReviewItem.objects.filter(pk=subject_id)
    if user.has_permission(VIEW) and rows.filter(review__in=reviews_visible_to(user)).exists():
        return True
    expert = expert_for(user) if user.has_permission("experts.self") else None
    if expert is None:
        return False
    own = Reviewer.objects.filter(whose(expert), SCORES, review__opened_at__isnull=False)
    return ScoreSheet.objects.filter(item__pk=subject_id, reviewer__in=own).exists()


def _may_edit(user: Any, subject_id: str) -> bool:
    if not user.has_permission(MANAGE):
        return False
    seen = reviews_visible_to(user, MANAGE)
    return ReviewItem.objects.filter(pk=subject_id, review__in=seen).exists()


def _closed(subject_id: str) -> str:
    is_fixed = ReviewItem.objects.filter(pk=subject_id, fixed_at__isnull=False).exists()
    return "评审已经开始，材料不能再改。" if is_fixed else ""


ITEM_FILES = FileSubject(SUBJECT, may_view=_may_view, may_edit=_may_edit, closed=_closed)
