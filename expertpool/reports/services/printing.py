"""Statistics for A4: the chart and the table of a page, from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.documents import render_pdf
from expertpool.core.text import moment_text
from expertpool.core.visibility import is_exportable
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.queries.statistics import Line, Measure, Statistic, share_of

MOST_BARS = 30
TEMPLATE = "reports/statistics.typ"


def statistic_pdf(
    title: str,
    found: Statistic,
    measure: Measure,
    *,
    conditions: Sequence[str],
    actor: User,
    now: datetime,
) -> bytes:
    """Return ``found`` for A4, ``measure`` drawn above the table, and log that ``actor`` took it.

    Refuses (ReportRefused) what the office keeps out of exports."""
    if found.dimension.of and not is_exportable(found.dimension.of):
        message = f"「{found.dimension.label}」不允许导出，请换一种统计方式。"
        raise ReportRefused(message)
    record(
        "report.statistics_pdf",
        actor=actor,
        now=now,
        after={"统计": title, "条件": list(conditions)},
    )
    data = table_data(found) | {
        "title": title,
        "subtitle": "；".join(conditions) or "全部",
        "footer": f"{actor.name}　{moment_text(now)}　内部资料",
        "chart": chart_data(found, measure),
    }
    return render_pdf(TEMPLATE, data, at=now)


def table_data(found: Statistic) -> dict[str, Any]:
    head = [found.dimension.label]
    for one in found.measures:
        head += [one.label, *([one.share_label] if one.share_of else [])]
    return {"head": head, "rows": [_row(found, line) for line in (*found.lines, found.total)]}


def _row(found: Statistic, line: Line) -> list[str]:
    cells = [line.label]
    for one in found.measures:
        cells.append(number_text(one, line.sums[one.code]))
        if one.share_of:
            cells.append(share_of(line, one) or "—")
    return cells


def number_text(measure: Measure, value: int | Decimal) -> str:
    return f"{value:,.2f}" if measure.is_money else f"{value:,}"


def chart_data(found: Statistic, measure: Measure) -> dict[str, Any]:
    """Return the bars: label, number, and its part of the largest."""
    lines = found.lines[-MOST_BARS:] if found.dimension.over_time else found.lines[:MOST_BARS]
    most = max((line.sums[measure.code] for line in lines), default=0)
    return {
        "name": measure.label,
        "left": len(found.lines) - len(lines),
        "bars": [
            {
                "label": line.label,
                "value": number_text(measure, line.sums[measure.code]),
                "part": float(line.sums[measure.code] / most) if most else 0,
            }
            for line in lines
        ],
    }
