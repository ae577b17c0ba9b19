"""Leaves: the list, filing, cancelling."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused, LeaveRefused
from expertpool.experts.forms.actions import LeaveForm
from expertpool.experts.forms.filters import LeaveFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.records import leaves_visible_to
from expertpool.experts.services.coming import UNSEEN
from expertpool.experts.services.leave import cancel_leave, file_leave
from expertpool.experts.tables import leave_tabs
from expertpool.experts.views.coming import given_up, seats_of


@require_safe
@requires("experts.leave")
def index(request: UserRequest) -> HttpResponse:
    """All leaves, by how they stand now."""
    result = listing(
        request,
        leaves_visible_to(request.user),
        sorts={"start": "during", "filed": "created_at"},
        default_sort="-start",
        form=LeaveFilter(request.GET, user=request.user),
        tabs=leave_tabs(timezone.now()),
    )
    return render_list(request, "experts/leave_list.html", result.context | {"now": timezone.now()})


@requires("experts.leave")
def add(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """File a leave: of the expert of the page, or of one chosen in the form."""
    allowed = experts_visible_to(request.user, "experts.leave")
    allowed = allowed.exclude(status=ExpertStatus.DELETED)
    given: Expert | None = get_object_or_404(allowed, pk=pk) if pk else None
    posted = [request.POST] if request.method == "POST" else []
    form, now = LeaveForm(*posted, experts=None if given else allowed), timezone.now()
    shown: dict[str, Any] = {}

    def write() -> str:
        data = form.cleaned_data
        expert, during = given or data["expert"], (data["start"], data["end"])
        shown["coming"] = coming = seats_of(request, [expert], during=during, now=now)
        if not coming.are_seen:
            raise ExpertRefused(UNSEEN)
        leave = file_leave(
            expert=expert,
            start=data["start"],
            end=data["end"],
            reason=data["reason"],
            actor=request.user,
            now=now,
        )
        said = given_up(request, coming, reason=data["reason"], leave=leave, now=now)
        return f"已登记请假{said}"

    title = f"登记请假 · {given.name}" if given else "登记请假"
    refresh = "page" if request.GET.get("from") == "detail" else "list"
    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=title,
        refresh=refresh,
        back=reverse("experts:detail", args=[given.pk]) if given else "",
        template="experts/seats_form.html",
        give_up=True,
        shown=shown,
    )


@require_POST
@requires("experts.leave")
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    """End a leave early."""
    leave = get_object_or_404(leaves_visible_to(request.user), pk=pk)
    try:
        cancel_leave(leave=leave, actor=request.user, now=timezone.now())
    except LeaveRefused as refusal:
        return refused(str(refusal))
    refresh = "page" if request.GET.get("from") == "detail" else "list"
    return saved("已销假，该专家可以被抽取", refresh=refresh)
