"""统计分析: what a topic comes to by one of its dimensions, departments side by side, and monthly reports; as chart, table,
file and print."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import render_list
from expertpool.reports.forms.comparison import read_comparison
from expertpool.reports.forms.months import read_months
from expertpool.reports.forms.statistics import Reading, read_statistic, topics_for
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.views.figures import pdf_answer, shown

WHOLE = "范围内合计"


@require_safe
@requires(STATISTICS)
def statistics(request: UserRequest) -> HttpResponse:
    reading = read_statistic(request.GET, user=request.user, now=timezone.now())
    context = shown(request, "statistics", reading)
    return render_list(
        request, "reports/statistics.html", context | {"topics": _tabs(request, reading)}
    )


def _tabs(request: UserRequest, reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "label": topic.label,
            # Filters of one are none of another.
            "url": f"?{urlencode({'topic': topic.code})}",
            "active": topic is reading.topic,
            "count": None,
        }
        for topic in topics_for(request.user)
    ]


@require_safe
@requires(STATISTICS)
def statistics_pdf(request: UserRequest) -> HttpResponseBase:
    return pdf_answer(request, read_statistic, "reports:statistics")


@require_safe
@requires(STATISTICS)
def comparison(request: UserRequest) -> HttpResponse:
    """Departments as columns, what they come to as rows."""
    reading = read_comparison(request.GET, user=request.user, now=timezone.now())
    context = shown(request, "comparison", reading)
    columns = [(line.label, figures) for line, figures in context["lines"]]
    columns.append((WHOLE, context["total_figures"]))
    rows = [
        (header, [(label, *figures[at][1:]) for label, figures in columns])
        for at, header in enumerate(context["headers"])
    ]
    return render_list(request, "reports/comparison.html", context | {"rows": rows})


@require_safe
@requires(STATISTICS)
def comparison_pdf(request: UserRequest) -> HttpResponseBase:
    return pdf_answer(request, read_comparison, "reports:comparison")


@require_safe
@requires(STATISTICS)
def months(request: UserRequest) -> HttpResponse:
    """The monthly reports that are kept."""
    reading = read_months(request.GET, user=request.user, now=timezone.now())
    context = shown(request, "months", reading)
    return render_list(request, "reports/months.html", context)


@require_safe
@requires(STATISTICS)
def months_pdf(request: UserRequest) -> HttpResponseBase:
    return pdf_answer(request, read_months, "reports:months")
