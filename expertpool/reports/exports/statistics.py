"""A statistic as an Excel table with its chart: what is on the screen, the total last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from expertpool.core.exporting import ExportChart, ExportColumn, Exporter, Params, Rows
from expertpool.reports.forms.statistics import Reading, read_statistic
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import Measure, share_of


class StatisticExport(Exporter):
    code = "reports.statistics"
    title = "统计分析"
    permission = STATISTICS
    columns = ()

    def columns_for(self, user: Any, params: Params) -> Sequence[ExportColumn]:
        reading = _read(user, params)
        of = tuple(filter(None, (reading.dimension.of,)))
        columns = [
            ExportColumn("label", reading.dimension.label, lambda line: line.label, width=28, of=of)
        ]
        for measure in reading.topic.measures_for(user):
            columns += _columns(measure)
        return columns

    def rows(self, user: Any, params: Params) -> Rows:
        found = _read(user, params).found
        return Rows([*found.lines, found.total])

    def chart(self, user: Any, params: Params) -> ExportChart:
        reading = _read(user, params)
        return ExportChart(
            reading.title,
            labels="label",
            values=reading.measure.code,
            rows=len(reading.found.lines),
            over_time=reading.dimension.over_time,
        )


def _read(user: Any, params: Params) -> Reading:
    return read_statistic(params, user=user, now=timezone.now())


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
