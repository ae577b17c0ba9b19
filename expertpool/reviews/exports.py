"""Exports of who scores what, and of reviews with their figures."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter, Params, Rows
from expertpool.core.text import is_key
from expertpool.reviews.calculation import RuleTree
from expertpool.reviews.calculation.figures import figures_of
from expertpool.reviews.forms.reviews import ReviewFilter
from expertpool.reviews.models import Review, ScoreSheet
from expertpool.reviews.permissions import EXPORT
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.results import sealed_totals
from expertpool.reviews.queries.reviews import may_name, reviews_visible_to, with_progress


class AssignmentExport(Exporter):
    """Who scores each item of a review in which not all score all: to whoever may read its names."""

    code = "reviews.assignment"
    item = "reviews.reviews"
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


class ReviewExport(Exporter):
    """The reviews of the list: how far each has come, and of those that have ended how far their experts agree."""

    code = "reviews.reviews"
    item = "reviews.reviews"
    title = "评审统计"
    permission = EXPORT
    columns = (
        ExportColumn("number", "项目编号", lambda row: row.project.number, of=("projects.number",)),
        ExportColumn(
            "project", "项目", lambda row: row.project.name, width=36, of=("projects.name",)
        ),
        ExportColumn("kind", "项目类型", lambda row: row.project.kind, of=("projects.kind",)),
        ExportColumn("department", "所属部门", lambda row: str(row.project.department), width=20),
        ExportColumn("state", "状态", lambda row: str(row.state.label)),
        ExportColumn("rule", "评审规则", lambda row: str(row.rule or ""), width=24),
        ExportColumn("things", "评审对象数", lambda row: row.things),
        ExportColumn("people", "评审专家数", lambda row: row.people),
        ExportColumn("submitted", "已提交", lambda row: row.submitted),
        ExportColumn("opened", "评审开始时间", lambda row: row.opened_at, width=20),
        ExportColumn("due", "截止时间", lambda row: row.due_at, width=20),
        ExportColumn("ended", "评审结束时间", lambda row: row.ended_at, width=20),
        ExportColumn("fallen", "未通过", lambda row: _figures(row).fallen),
        ExportColumn("agreement", "排序一致程度（0 至 1）", lambda row: _figures(row).agreement),
        ExportColumn(
            "reliability", "评分一致程度（0 至 1）", lambda row: _figures(row).reliability
        ),
        ExportColumn("far", "相差较大的总分数", lambda row: _figures(row).far),
    )

    def rows(self, user: Any, params: Params) -> Any:
        found = ReviewFilter(params).filter(reviews_visible_to(user, EXPORT))
        return with_progress(found).select_related("result").order_by("-created_at", "-pk")


@dataclass(frozen=True)
class _Figures:
    """What the result of a review says of its experts; nothing where there is none, or somebody altered it."""

    fallen: int | str = ""
    agreement: float | str = ""
    reliability: float | str = ""
    far: int | str = ""


def _figures(row: Review) -> _Figures:
    known: _Figures | None = row.__dict__.get("figures")
    if known is None:
        known = row.__dict__["figures"] = _figures_of(row)
    return known


def _figures_of(row: Review) -> _Figures:
    sealed = getattr(row, "result", None)
    if sealed is None or sealed.is_altered:
        return _Figures()
    found = figures_of(RuleTree.from_json(sealed.content["rule"]), sealed_totals(sealed))
    return _Figures(
        # Of results of before that was told apart: what nobody voted on did not fail.
        fallen=sum(
            one["fallen"] is not None and any(of for _, of, _ in one["votes"].values())
            for one in sealed.content["result"]["rows"]
        ),
        agreement=_number(found.agreement),
        reliability=_number(found.reliability),
        far=len(found.far),
    )


def _number(found: Fraction | None) -> float | str:
    return "" if found is None else round(float(found), 2)
