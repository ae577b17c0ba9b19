"""Exports of exactly what the lists show."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params, Rows
from expertpool.evaluations.forms.filters import MeasureFilter, RatingFilter
from expertpool.evaluations.models import Rating
from expertpool.evaluations.permissions import EXPORT
from expertpool.evaluations.queries.measures import with_diligence
from expertpool.evaluations.queries.ratings import Line, lines_for, ratings_visible_to


class RatingExport(Exporter):
    code = "evaluations.ratings"
    item = "evaluations.ratings"
    title = "专家评价"
    permission = EXPORT
    columns = (
        ExportColumn(
            "number", "专家编号", lambda row: row.rating.expert.number, of=("experts.number",)
        ),
        ExportColumn("name", "专家姓名", lambda row: row.rating.expert.name, of=("experts.name",)),
        ExportColumn("project", "项目", lambda row: row.project, width=32, of=("projects.name",)),
        ExportColumn("total", "综合得分", lambda row: row.rating.total),
        ExportColumn(
            "scores",
            "各项得分",
            lambda row: "；".join(f"{name} {score}" for name, score, _ in row.rating.lines),
            width=40,
        ),
        ExportColumn("level", "参与度", lambda row: row.rating.get_participation_display()),
        ExportColumn("comment", "评语", lambda row: row.rating.readable_comment, width=40),
        ExportColumn("rater", "评价人", lambda row: str(row.rating.rater)),
        ExportColumn("given", "评价时间", lambda row: row.rating.given_at, width=20),
        ExportColumn("state", "状态", lambda row: row.state),
    )

    def rows(self, user: Any, params: Params) -> Rows:
        form, now = RatingFilter(params, user=user), timezone.now()
        rows: QuerySet[Rating] = form.filter(ratings_visible_to(user, EXPORT, now=now))
        found: list[Line] = lines_for(user, rows.order_by("-given_at", "-pk"), now=now)
        return Rows(found)


class MeasureExport(Exporter):
    code = "evaluations.measures"
    item = "evaluations.measures"
    title = "参评情况"
    permission = EXPORT
    columns = (
        ExportColumn("number", "专家编号", lambda row: row.number, of=("experts.number",)),
        ExportColumn("name", "专家姓名", lambda row: row.name, of=("experts.name",)),
        ExportColumn(
            "employer",
            "工作单位",
            lambda row: str(row.employer or ""),
            width=28,
            of=("experts.employer",),
        ),
        ExportColumn("accepted", "接受次数", lambda row: row.accepted),
        ExportColumn("meetings", "会议次数", lambda row: row.meetings),
        ExportColumn("projects", "项目数", lambda row: row.projects),
        ExportColumn("standards", "标准数", lambda row: row.standards),
        ExportColumn(
            "diligence",
            "认真程度",
            lambda row: None if row.diligence is None else round(row.diligence, 1),
        ),
    )

    def rows(self, user: Any, params: Params) -> Rows:
        now = timezone.now()
        form = MeasureFilter(params, user=user, now=now)
        # By the right to export, which may reach less than the right to read.
        form.code = EXPORT
        found: QuerySet[Any] = form.filter(form.rows)
        rows = found.select_related("employer").order_by("-accepted", "pk")
        return Rows(with_diligence(rows, user, *form.period, now=now))
