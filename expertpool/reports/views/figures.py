"""What the pages of statistics make of their numbers: tables, what the script draws, the PDF."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import ExportRefused, export_url, for_a_file
from expertpool.core.responses import file_answer
from expertpool.core.saved_searches import kept_on
from expertpool.reports.exceptions import ReportRefused
from expertpool.reports.queries.pages import CODES
from expertpool.reports.queries.provinces import Tile, tiles_of
from expertpool.reports.queries.statistics import Line, Measure, share_of
from expertpool.reports.services.printing import number_text, statistic_pdf

MOST_BARS = 30  # of the chart; the table has all
MOST_TIMES = 120


def shown(request: UserRequest, page: str, reading: Any) -> dict[str, Any]:
    """Return what the template of ``page`` needs of ``reading``, which is any of `forms`."""
    found, chart = reading.found, chart_of(reading)
    return {
        "reading": reading,
        "found": found,
        "filter_form": reading.form,
        "headers": headers_of(found.measures),
        "lines": [(line, figures_of(reading, line)) for line in found.lines],
        "total": found.total,
        "total_figures": figures_of(reading, found.total),
        "chart": chart,
        "tiles": map_of(reading) if reading.dimension.on_map else [],
        "chart_json": json.dumps(chart, ensure_ascii=False),
        "export_url": export_url(f"reports.{page}"),
        "pdf_url": f"{reverse(f'reports:{page}_pdf')}?{request.GET.urlencode()}",
        **(kept_on(request.user, page, beside=CODES) if page in CODES else {}),
    }


def headers_of(measures: list[Measure]) -> list[str]:
    labels = []
    for measure in measures:
        labels += [measure.label, *([measure.share_label] if measure.share_of else [])]
    return labels


def figures_of(reading: Any, line: Line) -> list[tuple[str, str, str]]:
    """Return header, figure and address of each number of ``line``, its share behind it."""
    figures = []
    for measure in reading.found.measures:
        value: int | Decimal = line.sums[measure.code]
        address = reading.behind(line, measure) if value else ""
        figures.append((measure.label, number_text(measure, value), address))
        if measure.share_of:
            figures.append((measure.share_label, share_of(line, measure) or "—", ""))
    return figures


def chart_of(reading: Any, *, bars: int = MOST_BARS, times: int = MOST_TIMES) -> dict[str, Any]:
    """Return what the script draws: the first parts of one number."""
    measure, over_time = reading.measure, reading.dimension.over_time
    lines = reading.found.lines
    drawn = lines[-times:] if over_time else lines[:bars]
    return {
        "name": measure.label,
        "title": reading.title,
        "overTime": over_time,
        "labels": [line.label for line in drawn],
        "values": [float(line.sums[measure.code]) for line in drawn],
        "urls": [reading.behind(line, measure) for line in drawn],
        "left": len(lines) - len(drawn),
    }


def map_of(reading: Any) -> list[tuple[Tile, str, str]]:
    """Return the tiles of the number that the chart draws, each with its figure and the address of its list."""
    measure, lines = reading.measure, {line.key: line for line in reading.found.lines}
    tiles = tiles_of({key: line.sums[measure.code] for key, line in lines.items()})
    return [
        (
            tile,
            number_text(measure, tile.value),
            reading.behind(lines[tile.key], measure) if tile.value else "",
        )
        for tile in tiles
    ]


def pdf_answer(request: UserRequest, read: Callable[..., Any], page: str) -> HttpResponseBase:
    """Answer the PDF of what ``read`` makes of the address, or lead back to ``page`` with the reason."""
    now = timezone.now()
    try:
        # A sheet of noughts under "全部" would be believed.
        with for_a_file():
            reading = read(request.GET, user=request.user, now=now)
            content = statistic_pdf(
                reading.title,
                reading.found,
                reading.measure,
                conditions=reading.conditions,
                actor=request.user,
                now=now,
            )
    except (ExportRefused, ReportRefused) as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse(page)}?{request.GET.urlencode()}")
    name = f"{reading.title.replace('：', '-')}{timezone.localtime(now):%Y%m%d-%H%M}.pdf"
    return file_answer(content, name=name)
