"""Exports of exactly what the list shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params
from expertpool.core.views.listing import tab_of
from expertpool.fees.forms.lines import FeeFilter
from expertpool.fees.models import FeeLine
from expertpool.fees.permissions import EXPORT
from expertpool.fees.queries.lines import fees_visible_to
from expertpool.fees.tables import FEE_TABS


class FeeExport(Exporter):
    code = "fees.lines"
    item = "fees.lines"
    title = "劳务费"
    permission = EXPORT
    columns = (
        ExportColumn("number", "专家编号", lambda row: row.expert.number, of=("experts.number",)),
        ExportColumn("name", "专家姓名", lambda row: row.expert.name, of=("experts.name",)),
        ExportColumn(
            "project", "项目", lambda row: row.project.name, width=32, of=("projects.name",)
        ),
        ExportColumn("outcome", "评审情况", lambda row: row.get_outcome_display(), width=16),
        ExportColumn("kind", "更正", lambda row: "更正" if row.corrects_id else ""),
        ExportColumn("minutes", "评审时长（分钟）", lambda row: row.minutes),
        ExportColumn("rate", "标准", lambda row: str(row.rate), width=24),
        ExportColumn("gross", "应发（元）", lambda row: row.gross),
        ExportColumn("tax", "代扣个税（元）", lambda row: row.withheld),
        ExportColumn("net", "实发（元）", lambda row: row.net),
        ExportColumn("travel", "差旅（元）", lambda row: row.travel),
        ExportColumn("payable", "应付合计（元）", lambda row: row.payable),
        ExportColumn("state", "状态", lambda row: row.told_words),
        ExportColumn("void", "抽取", lambda row: "已作废" if row.is_of_void_draw else ""),
        ExportColumn("sent", "发送时间", lambda row: row.sent_at, width=20),
        ExportColumn("signed", "签字日期", lambda row: row.told_on, width=16),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[FeeLine]:
        form = FeeFilter(params, user=user)
        rows: QuerySet[FeeLine] = form.filter(fees_visible_to(user, EXPORT))
        rows = rows.filter(tab_of(FEE_TABS, params.get("tab", "")).q)
        return rows.order_by("-entered_at", "-pk")
