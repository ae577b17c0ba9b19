"""Heartbeats, who is online, when people are active, which pages they open."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.configuration import words_of
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.text import moment_text
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.unattended import unattended
from expertpool.monitoring.forms import HeatFilters, HourFilters, OnlineFilters, VisitFilters
from expertpool.monitoring.models import Heartbeat
from expertpool.monitoring.permissions import VIEW
from expertpool.monitoring.queries.activity import (
    HOURS,
    heat_map,
    hours_behind,
    online_visible_to,
    visits_visible_to,
)
from expertpool.monitoring.queries.pages import page_label
from expertpool.monitoring.services.buffer import BUFFER
from expertpool.monitoring.services.reading import note_reading
from expertpool.monitoring.services.recording import Beat
from expertpool.monitoring.settings import BEAT_SECONDS


@unattended
@require_POST
def beat(request: UserRequest) -> HttpResponse:
    """Take that a page of the user is open; sent by its script."""
    BUFFER.add(Beat(request.user.pk, timezone.now()))
    return HttpResponse(status=204)


@require_safe
@requires(VIEW)
def online(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    form = OnlineFilters(request.GET, viewer=request.user)
    rows = online_visible_to(request.user, now=now)
    shown = listing(request, rows, sorts={"at": "at"}, default_sort="-at", form=form)
    note_reading("monitoring.online", request, now=now, words=form.words)
    context = shown.context | {"every": words_of(BEAT_SECONDS)}
    return render_list(request, "monitoring/online.html", context)


@require_safe
@requires(VIEW)
def visits(request: UserRequest) -> HttpResponse:
    rows = visits_visible_to(request.user)
    form = VisitFilters(request.GET, rows=rows)
    shown = listing(request, rows, sorts={"at": "at"}, default_sort="-at", form=form)
    note_reading("monitoring.visits", request, now=timezone.now(), words=form.words)
    context = shown.context
    for row in context["page"]:
        row.page_label = page_label(row.page)
        # Of who does not work for the office the hour alone is known.
        row.at_text = (
            moment_text(row.at) if row.page else f"{timezone.localtime(row.at):%Y-%m-%d %H} 时"
        )
    return render_list(request, "monitoring/visits.html", context)


@require_safe
@requires(VIEW)
def heat(request: UserRequest) -> HttpResponse:
    """How often holders of each role are active in each hour of the day."""
    form = HeatFilters(request.GET)
    days = form.chosen
    rows = heat_map(request.user, days) if days else []
    note_reading("monitoring.heat", request, now=timezone.now(), words=form.words)
    hours = [(hour, [row.cells[hour] for row in rows]) for hour in HOURS]
    context = {
        "filter_form": form,
        "rows": rows,
        "hours": hours,
        "days": days,
        "cells_url": _cells_url(days),
        "total": sum(row.total for row in rows),
        "export_url": export_url("monitoring.heat"),
    }
    return render_list(request, "monitoring/heat.html", context)


@require_safe
@requires(VIEW)
def heat_hours(request: UserRequest) -> HttpResponse:
    """Who was active in which hours: what a cell of the heat map counts."""
    form = HourFilters(request.GET)
    rows = Heartbeat.objects.none()
    if days := form.chosen:
        role, hour = form.value("role"), form.value("hour")
        rows = hours_behind(
            request.user,
            days,
            role=role.pk if role else None,
            hour=int(hour) if hour else None,
        )
    shown = listing(request, rows, sorts={"at": "at"}, default_sort="-at")
    note_reading("monitoring.hours", request, now=timezone.now(), words=form.words)
    context = shown.context | {"filter_form": form}
    return render_list(request, "monitoring/hours.html", context)


def _cells_url(days: tuple[date, date] | None) -> str:
    asked = {"days": f"{days[0]} 至 {days[1]}"} if days else {}
    return f"{reverse('monitoring:heat_hours')}?{urlencode(asked)}"
