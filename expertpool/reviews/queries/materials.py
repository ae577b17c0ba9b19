"""The materials of items: who reads them, and until when they may change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.urls import reverse

from expertpool.experts.queries.experts import expert_for
from expertpool.files.models import Attachment
from expertpool.files.queries import has_layout, preview_kind
from expertpool.files.registry import FileSubject
from expertpool.reviews.models import Reviewer, ReviewItem, ScoreSheet
from expertpool.reviews.permissions import MANAGE, VIEW
from expertpool.reviews.queries.reviews import SCORES, reviews_visible_to, whose

SUBJECT = "reviews.reviewitem"
BESIDE = ("pdf", "image")  # what is read while one scores


@dataclass(frozen=True)
class File:
    """A material as an expert is told of it: ``url`` is its page, ``beside`` what the browser shows beside the sheet (a
    picture, or a PDF that it is or becomes, ``kind``), or nothing."""

    name: str
    url: str
    beside: str = ""
    kind: str = ""


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


def materials_for(reviewer: Reviewer, item: ReviewItem, files: Sequence[Attachment]) -> list[File]:
    """Return ``files``, the materials of ``item``, as ``reviewer`` is told of them: by their names, in an anonymous review by
    places alone."""
    return [_file(reviewer, item, one, at) for at, one in enumerate(files, start=1)]


def _file(reviewer: Reviewer, item: ReviewItem, file: Attachment, at: int) -> File:
    content = reverse("reviews:own_material", args=[reviewer.pk, item.alias, at])
    kind = "pdf" if has_layout(file) else preview_kind(file)
    shown = (content, kind) if kind in BESIDE else ("", "")
    if reviewer.review.is_anonymous:
        return File(neutral_name(file, at), content, *shown)
    return File(file.name, reverse("files:preview", args=[file.pk]), *shown)


def neutral_name(file: Attachment, at: int) -> str:
    ending = PurePosixPath(file.name).suffix.lower()[:10]
    return f"材料 {at}{ending}"


def material_at(reviewer: Reviewer, alias: str, at: int) -> Attachment | None:
    """Return the material at place ``at`` of the item that is called ``alias`` to ``reviewer``, who scores it."""
    sheets = ScoreSheet.objects.filter(reviewer=reviewer, item__alias=alias)
    sheet = sheets.select_related("item").first()
    files = materials_of([sheet.item]).get(sheet.item_id, []) if sheet else []
    return files[at - 1] if 0 < at <= len(files) else None


def _may_view(user: Any, subject_id: str) -> bool:
    """Who organises or watches the review, and the experts who are asked to score the item, once it is open."""
    rows = ReviewItem.objects.filter(pk=subject_id)
    if user.has_permission(VIEW) and rows.filter(review__in=reviews_visible_to(user)).exists():
        return True
    expert = expert_for(user) if user.has_permission("experts.self") else None
    if expert is None:
        return False
    # In an anonymous one names and numbers of files would tell which item is which: `views.own.material` gives them.
    own = Reviewer.objects.filter(whose(expert), SCORES, review__opened_at__isnull=False)
    own = own.filter(review__rule__anonymous=False)
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
