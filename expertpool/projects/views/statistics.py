"""Statistics of projects; each number of projects leads to the list that it counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.declared import NOTHING
from expertpool.core.views.listing import render_list
from expertpool.projects.forms.filters import ProjectFilter
from expertpool.projects.queries.measures import PROJECT_MEASURES
from expertpool.projects.queries.projects import projects_visible_to
from expertpool.projects.queries.statistics import (
    GROUPINGS,
    Grouping,
    Line,
    first_day,
    statistic_of,
)
from expertpool.projects.tables import grouping_for, share

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@require_safe
@requires("projects.view")
def statistics(request: UserRequest) -> HttpResponse:
    form = ProjectFilter(request.GET, viewer=request.user)
    grouping = grouping_for(request.GET)
    found = statistic_of(form.filter(projects_visible_to(request.user)), grouping)
    context = {
        "filter_form": form,
        "grouping": grouping,
        "tabs": _tabs(request.GET, grouping),
        "headers": _headers(),
        "lines": [
            (line, _behind(line, grouping, form, request.GET), _figures(line))
            for line in found.lines
        ],
        "total": found.total,
        "total_figures": _figures(found.total),
        "export_url": export_url("projects.statistics"),
    }
    return render_list(request, "projects/statistics.html", context)


def _tabs(params: QueryDict, current: Grouping) -> list[dict[str, Any]]:
    tabs = []
    for grouping in GROUPINGS:
        query = params.copy()
        query["by"] = grouping.code
        tabs.append(
            {
                "label": grouping.title,
                "url": f"?{query.urlencode()}",
                "active": grouping is current,
                "count": None,
            }
        )
    return tabs


def _headers() -> list[str]:
    labels = []
    for measure in PROJECT_MEASURES:
        labels += [measure.label, *([measure.share_label] if measure.share_of else [])]
    return labels


def _figures(line: Line) -> list[tuple[str, Any]]:
    """Return header and figure of each measure, its share behind it."""
    figures: list[tuple[str, Any]] = []
    for measure in PROJECT_MEASURES:
        figures.append((measure.label, line.sums[measure.code]))
        if measure.share_of:
            figures.append((measure.share_label, share(line, measure) or "—"))
    return figures


def _behind(line: Line, grouping: Grouping, form: ProjectFilter, params: QueryDict) -> str:
    """Return the address of the list of the projects that ``line`` counts."""
    query = params.copy()
    for name in ("by", "page", "columns"):
        query.pop(name, None)
    if grouping.code in MONTHS:
        query["opening"] = _days(first_day(line.key), MONTHS[grouping.code], form)
    # A line counts its own department alone, and the list would take in those below.
    elif grouping.code == "department":
        query["department"], query["only"] = str(line.key), "on"
    elif grouping.code == "stage":
        query["tab"] = line.key
    elif grouping.code == "kind":
        query["kind"] = line.key or NOTHING
    else:
        query[grouping.code] = line.key
    return f"{reverse('projects:list')}?{query.urlencode()}"


def _days(start: date, months: int, form: ProjectFilter) -> str:
    """Return the days of a period as the filter takes them, within those already chosen."""
    after = start.month - 1 + months
    end = date(start.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
    # The filter may hold a part of the period, and the list has to count the same projects.
    if chosen := form.value("opening"):
        start, end = max(start, chosen[0]), min(end, chosen[1])
    return f"{start} 至 {end}"
