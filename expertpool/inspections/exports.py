"""Export of exactly what the list of a round shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from expertpool.core.exporting import ExportColumn, Exporter
from expertpool.core.exporting.exporter import Params
from expertpool.core.views.listing import tab_of
from expertpool.inspections.forms import InspectionFilter
from expertpool.inspections.permissions import EXPORT
from expertpool.inspections.queries.inspections import inspections_visible_to, shown_word, with_held
from expertpool.inspections.tables import tabs


def _held(row: Any) -> str:
    return "是" if row.is_held else ""


class InspectionExport(Exporter):
    code = "inspections.inspections"
    item = "inspections"
    title = "专家年检"
    permission = EXPORT
    person = "expert_id"
    columns = (
        ExportColumn("round", "年检", lambda row: row.round.name, width=24),
        ExportColumn("expert", "专家姓名", lambda row: row.expert.name, of=("experts.name",)),
        ExportColumn(
            "number", "专家编号", lambda row: row.expert.number, width=16, of=("experts.number",)
        ),
        ExportColumn(
            "employer",
            "工作单位",
            lambda row: str(row.expert.employer or ""),
            width=28,
            of=("experts.employer",),
        ),
        ExportColumn("state", "状态", lambda row: shown_word(row, timezone.localdate())),
        ExportColumn("asked", "提交日期", lambda row: day_of(row.shown_at), width=12),
        ExportColumn("due", "提交截止", lambda row: row.due_on, width=12),
        ExportColumn("note", "审核意见", lambda row: row.note, width=40),
        ExportColumn("decided_by", "审核人", lambda row: str(row.decided_by or "")),
        ExportColumn("held", "暂停抽取中", _held),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[Any]:
        rows = InspectionFilter(params, user=user).filter(
            with_held(inspections_visible_to(user, self.permission), timezone.localdate())
        )
        number = params.get("round", "")
        if number.isascii() and number.isdigit() and len(number) < 10:
            rows = rows.filter(round=number)
        tab = tab_of(tabs(timezone.localdate()), params.get("tab", ""))
        return rows.filter(tab.q).order_by("round", "expert__number")


def day_of(at: Any) -> Any:
    """Return the day of a moment: the minute says when an expert was at his account."""
    return timezone.localdate(at) if at else ""
