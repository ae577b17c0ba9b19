"""统计分析: what a topic comes to by one of its dimensions, as chart, table, file and print; each number leads to the
list of the rows that it counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.views.listing import render_list
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.forms.statistics import Reading, read_statistic, topics_for
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.statistics import Line, Measure, share_of
from expertpool.reports.services.printing import statistic_pdf

MOST_BARS = 30  # of the chart; the table has all
MOST_TIMES = 120


@require_safe
@requires(STATISTICS)
def statistics(request: UserRequest) -> HttpResponse:
    reading = _read(request)
    found = reading.found
    context = {
        "reading": reading,
        "found": found,
        "filter_form": reading.form,
        "topics": _tabs(request, reading),
        "headers": headers_of(found.measures),
        "lines": [(line, figures_of(reading, line)) for line in found.lines],
        "total": found.total,
        "total_figures": figures_of(reading, found.total),
        "chart": chart_of(reading),
        "export_url": export_url("reports.statistics"),
        "pdf_url": f"{reverse('reports:statistics_pdf')}?{request.GET.urlencode()}",
    }
    return render_list(request, "reports/statistics.html", context)


@require_safe
@requires(STATISTICS)
def pdf(request: UserRequest) -> HttpResponseBase:
    now = timezone.now()
    reading = _read(request)
    try:
        content = statistic_pdf(
            reading.title,
            reading.found,
            reading.measure,
            conditions=reading.conditions,
            actor=request.user,
            now=now,
        )
    except ReportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('reports:statistics')}?{request.GET.urlencode()}")
    name = f"{reading.topic.label}统计{timezone.localtime(now):%Y%m%d-%H%M}.pdf"
    return file_answer(content, name=name)


def _read(request: UserRequest) -> Reading:
    return read_statistic(request.GET, user=request.user, now=timezone.now())


def _tabs(request: UserRequest, reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "label": topic.label,
            # Filters of one are none of another.
            "url": f"?{_only(topic=topic.code)}",
            "active": topic is reading.topic,
            "count": None,
        }
        for topic in topics_for(request.user)
    ]


def _only(**values: str) -> str:
    query = QueryDict(mutable=True)
    query.update(values)
    return query.urlencode()


def headers_of(measures: list[Measure]) -> list[str]:
    labels = []
    for measure in measures:
        labels += [measure.label, *([measure.share_label] if measure.share_of else [])]
    return labels


def figures_of(reading: Reading, line: Line) -> list[tuple[str, str, str]]:
    """Return header, figure and address of each number of ``line``, its share behind it."""
    figures = []
    for measure in reading.found.measures:
        value = line.sums[measure.code]
        address = reading.behind(line, measure) if value else ""
        figures.append((measure.label, figure(measure, value), address))
        if measure.share_of:
            figures.append((measure.share_label, share_of(line, measure) or "—", ""))
    return figures


def figure(measure: Measure, value: int | Decimal) -> str:
    return f"{value:,.2f}" if measure.is_money else f"{value:,}"


def chart_of(reading: Reading) -> dict[str, Any]:
    """Return what the script draws: the first parts of one number."""
    measure, over_time = reading.measure, reading.dimension.over_time
    lines = reading.found.lines
    shown = lines[-MOST_TIMES:] if over_time else lines[:MOST_BARS]
    return {
        "name": measure.label,
        "title": reading.title,
        "overTime": over_time,
        "labels": [line.label for line in shown],
        "values": [float(line.sums[measure.code]) for line in shown],
        "urls": [reading.behind(line, measure) for line in shown],
        "left": len(lines) - len(shown),
    }
