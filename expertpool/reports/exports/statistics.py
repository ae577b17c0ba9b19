"""Statistics as Excel tables with their charts: what is on the screen, the total last."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from expertpool.core.exporting import ExportChart, ExportColumn, Exporter, Params, Rows
from expertpool.reports.forms.comparison import read_comparison
from expertpool.reports.forms.months import read_months
from expertpool.reports.forms.statistics import read_statistic
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import Measure, share_of


class _Export(Exporter):
    permission = STATISTICS
    columns = ()

    @abstractmethod
    def read(self, user: Any, params: Params) -> Any:
        """Return what the address asks."""

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        reading = self.read(user, params)
        of = tuple(filter(None, (reading.dimension.of,)))
        columns = [
            ExportColumn("label", reading.dimension.label, lambda line: line.label, width=28, of=of)
        ]
        for measure in reading.found.measures:
            columns += _columns(measure)
        return columns

    def rows(self, user: Any, params: Params) -> Rows:
        found = self.read(user, params).found
        return Rows([*found.lines, found.total])

    def chart(self, user: Any, params: Params) -> ExportChart:
        reading = self.read(user, params)
        return ExportChart(
            reading.title,
            labels="label",
            values=reading.measure.code,
            rows=len(reading.found.lines),
            over_time=reading.dimension.over_time,
        )


class StatisticExport(_Export):
    code = "reports.statistics"
    title = "统计分析"

    def read(self, user: Any, params: Params) -> Any:
        return read_statistic(params, user=user, now=timezone.now())


class ComparisonExport(_Export):
    code = "reports.comparison"
    title = "部门对比"

    def read(self, user: Any, params: Params) -> Any:
        return read_comparison(params, user=user, now=timezone.now())


class MonthExport(_Export):
    code = "reports.months"
    title = "部门月报"

    def read(self, user: Any, params: Params) -> Any:
        return read_months(params, user=user, now=timezone.now())


def _columns(measure: Measure) -> list[ExportColumn]:
    columns = [
        ExportColumn(measure.code, measure.label, lambda line: line.sums[measure.code], width=12)
    ]
    if measure.share_of:
        columns.append(
            ExportColumn(
                f"{measure.code}_share",
                measure.share_label,
                lambda line: share_of(line, measure),
                width=10,
            )
        )
    return columns
