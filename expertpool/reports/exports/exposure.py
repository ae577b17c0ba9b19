"""The experts of a report as an Excel table."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from expertpool.core.exporting import ExportColumn, Exporter, Params
from expertpool.reports.forms.exposure import ExposureFilter
from expertpool.reports.models import ExposureRow
from expertpool.reports.queries.reports import chosen_report, rows_visible_to


class ExposureExport(Exporter):
    code = "reports.exposure"
    item = "exposure"
    title = "曝光分析"
    permission = "reports.exposure"
    columns = (
        ExportColumn("number", "专家编号", lambda row: row.expert.number, of=("experts.number",)),
        ExportColumn("name", "姓名", lambda row: row.expert.name, of=("experts.name",)),
        ExportColumn(
            "employer",
            "工作单位",
            lambda row: str(row.expert.employer or ""),
            width=30,
            of=("experts.employer",),
        ),
        ExportColumn("eligible", "候选次数", lambda row: row.eligible),
        ExportColumn("expected", "期望次数", lambda row: round(row.expected, 3)),
        ExportColumn("drawn", "首次抽中", lambda row: row.drawn),
        ExportColumn("residual", "标准化残差", lambda row: _rounded(row.residual)),
        ExportColumn("tail", "偶然概率", lambda row: round(row.tail, 6)),
        ExportColumn("striking", "异常", lambda row: "是" if row.is_striking else "否"),
        ExportColumn("supplemented", "补抽中", lambda row: row.supplemented),
        ExportColumn("asked", "受邀", lambda row: row.asked),
        ExportColumn("accepted", "同意", lambda row: row.accepted),
        ExportColumn("declined", "拒绝", lambda row: row.declined),
        ExportColumn("no_answer", "未答复", lambda row: row.no_answer),
    )

    def rows(self, user: Any, params: Params) -> QuerySet[ExposureRow]:
        rows = rows_visible_to(user, chosen_report(params.get("report")))
        return ExposureFilter(params).filter(rows).order_by("-residual", "pk")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
