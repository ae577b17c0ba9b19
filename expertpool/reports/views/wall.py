"""大屏: the pool and the draws of the day on a television. Nothing is clicked; it asks for its numbers anew."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.accounts.services.tokens import find_page_token
from expertpool.core.permissions import requires
from expertpool.core.views.listing import render_list
from expertpool.reports.permissions import SCREEN
from expertpool.reports.queries.wall import wall_for


@require_safe
@requires(SCREEN)
def wall(request: UserRequest) -> HttpResponse:
    return _board(request, request.user, reverse("reports:wall"))


@require_safe
@login_not_required
def wall_by_token(request: HttpRequest, token: str) -> HttpResponse:
    """The same by an address for a television (`accounts.registry.TokenPage`): nobody is signed in, so that nobody is
    signed out when he does nothing."""
    found = find_page_token(token, SCREEN, now=timezone.now())
    if found is None:
        return render(request, "reports/wall_gone.html", status=404)
    return _board(request, found.user, reverse("reports:wall_by_token", args=[token]))


def _board(request: HttpRequest, user: User, url: str) -> HttpResponse:
    shown = wall_for(user, now=timezone.now())
    charts = [
        (
            one,
            json.dumps(one, ensure_ascii=False),
            list(zip(one["labels"], one["values"], strict=True)),
        )
        for one in shown.charts
    ]
    context = {"wall": shown, "charts": charts, "url": url}
    answer = render_list(request, "reports/wall.html", context, partial="board")
    answer["Referrer-Policy"] = "no-referrer"  # the address may be what opens it
    return answer
