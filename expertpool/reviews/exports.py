"""Exports of who scores what."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter, Params, Rows
from expertpool.core.text import is_key
from expertpool.reviews.models import ScoreSheet
from expertpool.reviews.permissions import EXPORT
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.reviews import may_name, reviews_visible_to


class AssignmentExport(Exporter):
    """Who scores each item of a review in which not all score all: to whoever may read its names."""

    code = "reviews.assignment"
    title = "评审对象分配表"
    permission = EXPORT
    columns = (
        ExportColumn("item", "评审对象编号", lambda row: row.item.number),
        ExportColumn("title", "评审对象", lambda row: row.item.name, width=36),
        ExportColumn("category", "评审对象类别", lambda row: row.item.category),
        ExportColumn("place", "席位", lambda row: row.reviewer.place),
        ExportColumn(
            "name", "专家姓名", lambda row: row.reviewer.expert.name, of=("experts.name",)
        ),
        ExportColumn(
            "number", "专家编号", lambda row: row.reviewer.expert.number, of=("experts.number",)
        ),
        ExportColumn(
            "employer",
            "工作单位",
            lambda row: str(row.reviewer.expert.employer or ""),
            width=28,
            of=("experts.employer",),
        ),
    )

    def rows(self, user: Any, params: Params) -> Any:
        wanted = params.get("review", "")
        seen = reviews_visible_to(user, EXPORT)
        review = seen.filter(pk=wanted).first() if is_key(wanted) else None
        if review is None or not may_name(user, review.project, now=timezone.now()):
            return Rows([])
        if assignment_of(review) is None:
            return Rows([])
        rows = ScoreSheet.objects.filter(reviewer__review=review, reviewer__left_at__isnull=True)
        rows = rows.select_related("item", "reviewer__expert__employer")
        return rows.order_by("item__place", "reviewer__place")
