"""大屏: the pool and the draws of the day on a television. Nothing is clicked; it asks for its numbers anew."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.listing import render_list
from expertpool.reports.permissions import SCREEN
from expertpool.reports.queries.wall import wall_for


@require_safe
@requires(SCREEN)
def wall(request: UserRequest) -> HttpResponse:
    shown = wall_for(request.user, now=timezone.now())
    charts = [
        (
            one,
            json.dumps(one, ensure_ascii=False),
            list(zip(one["labels"], one["values"], strict=True)),
        )
        for one in shown.charts
    ]
    context = {"wall": shown, "charts": charts}
    return render_list(request, "reports/wall.html", context, partial="board")
