"""Alerts: which there were, and that somebody takes care."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.operations.exceptions import AlertRefused
from expertpool.operations.forms import AcknowledgeForm
from expertpool.operations.queries.alerts import alerts_visible_to
from expertpool.operations.services import alerts

TABS = (
    ListTab("", "全部"),
    ListTab("open", "未恢复", Q(ended_at=None)),
    ListTab("over", "已恢复", Q(ended_at__isnull=False)),
)


@requires("operations.view")
def alert_list(request: UserRequest) -> HttpResponse:
    shown = listing(
        request,
        alerts_visible_to(request.user),
        sorts={"began": "id"},
        default_sort="-began",
        tabs=TABS,
    )
    context = shown.context | {"may_manage": request.user.has_permission("operations.manage")}
    return render_list(request, "operations/alert_list.html", context)


@requires("operations.manage")
def acknowledge(request: UserRequest, pk: int) -> HttpResponse:
    alert = get_object_or_404(alerts_visible_to(request.user), pk=pk)
    form = AcknowledgeForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        alerts.acknowledge(
            alert_id=alert.pk,
            note=form.cleaned_data["note"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"确认知悉：{alert.label}",
        message="已确认，不再重复报警。",
        submit_label="确认知悉",
        refusals=AlertRefused,
    )
