"""Statistics as Excel tables with their charts: what is on the screen, the total last."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from expertpool.core.exporting import ExportChart, ExportColumn, Exporter, Params, Reading, Rows
from expertpool.reports.forms.comparison import read_comparison
from expertpool.reports.forms.months import read_months
from expertpool.reports.forms.records import read_records
from expertpool.reports.forms.statistics import read_statistic
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.records import RecordTopic
from expertpool.reports.queries.statistics import Measure, share_of


class _Export(Exporter):
    """Columns, lines and chart of one count: all numbers of a file agree."""

    permission = STATISTICS
    columns = ()

    def ask(self, user: Any, params: Params) -> Any:
        """Return what the address asks."""
        raise NotImplementedError

    def read(self, user: Any, params: Params) -> Reading:
        asked = self.ask(user, params)
        found = asked.found
        of = tuple(filter(None, (asked.dimension.of,)))
        columns = [
            ExportColumn("label", asked.dimension.label, lambda line: line.label, width=28, of=of)
        ]
        for measure in found.measures:
            columns += _columns(measure)
        chart = ExportChart(
            asked.title,
            labels="label",
            values=asked.measure.code,
            rows=len(found.lines),
            over_time=asked.dimension.over_time,
        )
        return Reading(columns, Rows([*found.lines, found.total]), chart)


class StatisticExport(_Export):
    code = "reports.statistics"
    item = "statistics"
    title = "统计分析"

    def ask(self, user: Any, params: Params) -> Any:
        return read_statistic(params, user=user, now=timezone.now())


class ComparisonExport(_Export):
    code = "reports.comparison"
    item = "statistics.comparison"
    title = "部门对比"

    def ask(self, user: Any, params: Params) -> Any:
        return read_comparison(params, user=user, now=timezone.now())


class MonthExport(_Export):
    code = "reports.months"
    item = "statistics.months"
    title = "部门月报"

    def ask(self, user: Any, params: Params) -> Any:
        return read_months(params, user=user, now=timezone.now())


class RecordExport(_Export):
    """Of one topic of records of the system."""

    def __init__(self, topic: RecordTopic) -> None:
        self.topic = topic
        self.code = f"reports.{topic.code}"  # type: ignore[misc]
        self.item = f"statistics.{topic.code}"  # type: ignore[misc]
        self.title = f"{topic.label}统计"  # type: ignore[misc]
        self.permission = topic.permission  # type: ignore[misc]

    def ask(self, user: Any, params: Params) -> Any:
        return read_records(self.topic, params, user=user, now=timezone.now())


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
