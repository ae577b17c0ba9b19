"""The page 运行状况."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.health import CHECKS, Health, look
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.views.listing import render_list
from expertpool.operations.queries.alerts import alerts_visible_to
from expertpool.operations.queries.jobs import queue_states
from expertpool.operations.services.bundle import support_bundle

MOST_ALERTS = 20


@require_safe
@requires("operations.view")
def index(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    found = look(CHECKS, now=now)
    context = {
        "at": now,
        "groups": [
            (group, list(rows)) for group, rows in groupby(found, lambda one: one.check.group)
        ],
        "failed": sum(one.finding.state is Health.FAILED for one in found),
        "warned": sum(one.finding.state is Health.WARNING for one in found),
        "alerts": alerts_visible_to(request.user).filter(ended_at=None)[:MOST_ALERTS],
        "queues": queue_states(now=now),
        "may_manage": request.user.has_permission("operations.manage"),
    }
    return render_list(request, "operations/index.html", context)


@require_POST
@requires("operations.manage")
def bundle(request: UserRequest) -> HttpResponseBase:
    now = timezone.now()
    content = support_bundle(actor=request.user, now=now)
    return file_answer(content, name=f"支持包-{timezone.localtime(now):%Y%m%d-%H%M}.zip")
