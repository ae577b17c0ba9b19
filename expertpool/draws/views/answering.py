"""What the page behind a link and the expert's own area have in common."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from expertpool.draws.enums import ReplyVia
from expertpool.draws.exports.calendar import calendar_file
from expertpool.draws.forms.reply import DeclineForm, ProjectLeaveForm
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.replies import answer, take_leave


def take_answer(
    request: HttpRequest, invitation: Invitation, *, via: ReplyVia
) -> DeclineForm | None:
    """Record the answer that was posted; return the form if something is missing in it.

    Raises ReplyRefused.
    """
    accept = request.POST.get("answer") == "accept"
    form = DeclineForm(None if accept else request.POST)
    if not accept and not form.is_valid():
        return form
    answer(
        invitation=invitation,
        accept=accept,
        reason="" if accept else form.text,
        via=via,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )
    return None


def take_project_leave(
    request: HttpRequest, invitation: Invitation, *, via: ReplyVia
) -> ProjectLeaveForm | None:
    """Record the leave that was posted; return the form if something is missing in it.

    Raises ReplyRefused.
    """
    form = ProjectLeaveForm(request.POST)
    if not form.is_valid():
        return form
    take_leave(
        invitation=invitation,
        reason=form.cleaned_data["reason"],
        via=via,
        now=timezone.now(),
        entropy=SystemEntropy(),
    )
    return None


def calendar_response(invitation: Invitation, *, now: datetime) -> HttpResponse:
    return HttpResponse(
        calendar_file(invitation, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="review.ics"'},
    )
