"""Export of what the list of applications shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime

from expertpool.core.exporting import ExportColumn, Exporter, Params
from expertpool.core.views.listing import tab_of
from expertpool.joining.forms.review import ApplicationFilter
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import applications_visible_to
from expertpool.joining.tables import SORTS, TABS


def _when(moment: Any) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


class ApplicationExport(Exporter):
    code = "joining.applications"
    item = "joining.applications"
    title = "入库申请"
    permission = "joining.review"
    columns = (
        ExportColumn("number", "申请编号", lambda one: one.number, width=14),
        ExportColumn("name", "姓名或单位", lambda one: one.name, width=16, of=("experts.name",)),
        ExportColumn(
            "kind", "类别", lambda one: one.get_kind_display(), width=10, of=("experts.kind",)
        ),
        ExportColumn(
            "employer",
            "工作单位",
            lambda one: one.employer_name,
            width=30,
            of=("experts.employer",),
        ),
        ExportColumn("title", "职称", lambda one: one.title, width=14, of=("experts.title",)),
        ExportColumn(
            "specialties",
            "评审专业",
            lambda one: "、".join(map(str, one.specialties.all())),
            width=36,
            of=("experts.specialties",),
        ),
        ExportColumn("channel", "渠道", lambda one: one.get_channel_display(), width=10),
        ExportColumn(
            "recommender",
            "推荐人",
            lambda one: one.recommendation.recommender.name if one.recommendation else "",
            width=12,
            of=("experts.recommender",),
        ),
        ExportColumn("state", "状态", lambda one: one.get_state_display(), width=10),
        ExportColumn("handed_in", "提交时间", lambda one: _when(one.handed_in_at), width=18),
        ExportColumn("decided", "审核时间", lambda one: _when(one.decided_at), width=18),
        ExportColumn("note", "审核意见", lambda one: one.note, width=36),
        ExportColumn("consent", "告知书版本", lambda one: str(one.consent), width=12),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Application]:
        rows = ApplicationFilter(params).filter(applications_visible_to(user))
        rows = rows.filter(tab_of(TABS, params.get("tab", "")).q)
        name = params.get("sort", "-handed_in")
        column = SORTS.get(name.removeprefix("-"), "handed_in_at")
        order = f"-{column}" if name.startswith("-") else str(column)
        return rows.select_related("consent").prefetch_related("specialties").order_by(order, "pk")
