"""Statistics on the home page, which asks for them once it stands."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.permissions import requires
from expertpool.reports.forms.statistics import read_number
from expertpool.reports.permissions import STATISTICS
from expertpool.reports.queries.home import HomeChart, charts_for
from expertpool.reports.queries.statistics import Asked
from expertpool.reports.views.figures import chart_of, figures_of

MOST_LINES = 8
MOST_MONTHS = 12


@require_safe
@requires(STATISTICS)
def figures(request: UserRequest) -> HttpResponse:
    """The charts of this user's home page, each with its numbers and their lists."""
    now = timezone.now()
    charts = charts_for(request.user, Asked(request.user, now))
    shown = [_shown(one, request.user, now) for one in charts]
    return render(request, "reports/home.html", {"charts": shown})


def _shown(chart: HomeChart, user: User, now: Any) -> dict[str, Any]:
    reading = read_number(chart.topic, chart.by, chart.measure, user=user, now=now)
    drawn = chart_of(reading, bars=MOST_LINES, times=MOST_MONTHS)
    over_time, lines = reading.dimension.over_time, reading.found.lines
    lines = lines[-MOST_MONTHS:] if over_time else lines[:MOST_LINES]
    query = f"topic={chart.topic}&by={chart.by}&measure={chart.measure}"
    return {
        "label": chart.label,
        "json": json.dumps(drawn | {"title": chart.label}, ensure_ascii=False),
        "lines": [(line, figures_of(reading, line)[0]) for line in lines],
        "found": reading.found,
        "url": f"{reverse('reports:statistics')}?{query}",
    }
