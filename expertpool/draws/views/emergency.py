"""Declaring an emergency, and who is called then: by the system, and by the operator."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import User, UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.reasons import reason_of
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import DrawError, EmergencyRefused
from expertpool.draws.forms.emergency import EmergencyForm
from expertpool.draws.models import Invitation
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.services.calling import call_again, read_contact
from expertpool.draws.services.emergency import (
    end_emergency,
    request_emergency,
)
from expertpool.draws.services.matters import EMERGENCY


@requires("draws.run")
def declare(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for a running draw to become an emergency (drawer)."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    back, now = reverse("draws:detail", args=[pk]), timezone.now()
    # What is typed already stays: the service says the same above the form.
    if request.method != "POST":
        may = actions_for(draw, request.user, now=now)
        if why_not := may[ActionCode.DECLARE_EMERGENCY].why_not:
            return not_opened(request, why_not, back=back)
    sent = request.POST if request.method == "POST" else None
    form = EmergencyForm(sent, draw=draw, now=now)

    def write() -> None:
        request_emergency(draw=draw, actor=request.user, now=now, **form.cleaned_data)

    return drawer_form(
        request,
        form,
        write,
        title="转为应急抽取",
        submit_label="提交申请",
        message=EMERGENCY.words.asked,
        refresh="page",
        refusals=EmergencyRefused,
        template="draws/emergency_form.html",
        back=back,
    )


@require_POST
@requires("draws.confirm_steps")
def end(request: UserRequest, pk: int) -> HttpResponse:
    """Take an emergency back, as a supervisor alone."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.confirm_steps"), pk=pk)
    try:
        end_emergency(
            draw=draw,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except DrawError as error:
        return refused(str(error))
    return saved("已取消应急抽取。", refresh="page")


@require_POST
@requires("draws.record_reply")
def contact(request: UserRequest, pk: int, line: int) -> HttpResponse:
    """Show whom to call about one open line; each look is logged."""
    invitation = _line_or_404(request.user, pk, line)
    try:
        found = read_contact(invitation=invitation, actor=request.user, now=timezone.now())
    except EmergencyRefused as error:
        return refused(str(error))
    return render(request, "draws/_contact.html", {"contact": found})


@require_POST
@requires("draws.record_reply")
def call(request: UserRequest, pk: int, line: int) -> HttpResponse:
    """Let the system make its next call about one open line at once."""
    invitation = _line_or_404(request.user, pk, line)
    try:
        call_again(invitation=invitation, actor=request.user, now=timezone.now())
    except EmergencyRefused as error:
        return refused(str(error))
    # The drawer stays open: what is typed in it is kept.
    return render(request, "draws/_called.html")


def _line_or_404(user: User, pk: int, line: int) -> Invitation:
    draw = get_object_or_404(draws_visible_to(user, "draws.record_reply"), pk=pk)
    return get_object_or_404(Invitation, draw=draw, line=line)
