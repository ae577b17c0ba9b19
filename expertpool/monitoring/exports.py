"""The heat map as an Excel table: hours of the day down, roles across, the sums last."""

from __future__ import annotations

from typing import Any

from expertpool.core.exporting import ExportColumn, Exporter, Params, Reading, Rows
from expertpool.monitoring.forms import HeatFilters
from expertpool.monitoring.permissions import VIEW
from expertpool.monitoring.queries.activity import HOURS, HeatRow, heat_map

TOTAL = len(HOURS)  # the place of the sums, after the hours


class HeatExport(Exporter):
    code = "monitoring.heat"
    item = "monitoring.heat"
    title = "活跃时段"
    permission = VIEW
    columns = ()

    def read(self, user: Any, params: Params) -> Reading:
        days = HeatFilters(params).chosen
        rows = heat_map(user, days) if days else []
        columns = [ExportColumn("hour", "时段", _hour_text, width=10)]
        columns += [_column(row) for row in rows]
        return Reading(columns, Rows([*HOURS, TOTAL] if rows else []))


def _hour_text(hour: int) -> str:
    return "合计" if hour == TOTAL else f"{hour} 时"


def _column(row: HeatRow) -> ExportColumn:
    def count(hour: int) -> int:
        return row.total if hour == TOTAL else row.cells[hour].count

    return ExportColumn(f"role_{row.cells[0].role}", row.role, count, width=14)
