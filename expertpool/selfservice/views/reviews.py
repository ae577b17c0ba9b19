"""The expert's own area: his invitations and his reviews. Nobody else's anything is in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.draws.enums import ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Invitation
from expertpool.draws.queries.conflicts import conflict_words, gone_words
from expertpool.draws.queries.own import invitation_of
from expertpool.draws.services.replies import leave_until, may_take_leave
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.selfservice.forms.reply import DeclineForm, ProjectLeaveForm
from expertpool.selfservice.queries.letters import letter_of, letters_of
from expertpool.selfservice.views.answering import (
    calendar_response,
    file_or_404,
    file_response,
    files_for,
    presence_context,
    take_answer,
    take_project_leave,
    take_sign_in,
    why_not_taken,
)


@require_safe
@as_expert
def reviews(request: UserRequest, expert: Expert) -> HttpResponse:
    context = {"letters": letters_of(expert, now=timezone.now())}
    return render(request, "selfservice/reviews.html", context)


@require_safe
@as_expert
def review(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    return _page(request, _own(expert, pk))


@require_POST
@as_expert
def answer(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    invitation = _own(expert, pk)
    try:
        if form := take_answer(request, invitation, via=ReplyVia.PORTAL):
            return _page(request, invitation, decline_form=form, status=422)
    except ReplyRefused as error:
        messages.error(request, why_not_taken(request, invitation, error) or str(error))
    else:
        messages.success(request, "您的答复已登记。")
    return redirect("selfservice:review", pk=pk)


@require_POST
@as_expert
def leave(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    invitation = _own(expert, pk)
    try:
        if form := take_project_leave(request, invitation, via=ReplyVia.PORTAL):
            return _page(request, invitation, leave_form=form, status=422)
    except ReplyRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "请假已登记，名额将自动递补。")
    return redirect("selfservice:review", pk=pk)


@require_POST
@as_expert
def sign_in(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    invitation = _own(expert, pk)
    try:
        if form := take_sign_in(request, invitation):
            return _page(request, invitation, sign_in_form=form, status=422)
    except ReplyRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已签到。")
    return redirect("selfservice:review", pk=pk)


@require_safe
@as_expert
def calendar(request: UserRequest, expert: Expert, pk: int) -> HttpResponseBase:
    invitation, now = _own(expert, pk), timezone.now()
    if not letter_of(invitation, now=now).is_coming:
        raise Http404
    return calendar_response(invitation, now=now)


@require_safe
@as_expert
def project_file(request: UserRequest, expert: Expert, pk: int, file_pk: int) -> HttpResponseBase:
    """Send a file of a project he takes part in; who does not gets 403."""
    now = timezone.now()
    invitation = invitation_of(expert, pk)
    if invitation is None or not letter_of(invitation, now=now).is_coming:
        # Of another's review as of none: nobody learns who sits where.
        raise PermissionDenied
    attachment = file_or_404(invitation, file_pk, now=now)
    return file_response(request, invitation, attachment, preview="preview" in request.GET, now=now)


def _own(expert: Expert, pk: int) -> Invitation:
    invitation = invitation_of(expert, pk)
    if invitation is None:
        raise Http404
    return invitation


def _page(
    request: UserRequest, invitation: Invitation, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Show one invitation where it stands; ``forms`` are those that were filled in wrongly."""
    now = timezone.now()
    until, letter = leave_until(invitation, now=now), letter_of(invitation, now=now)
    context: dict[str, Any] = {
        "letter": letter,
        "conflict": conflict_words(invitation, now=now) if letter.is_open else "",
        "gone": gone_words(invitation, now=now) if letter.is_open or letter.is_coming else "",
        "files": files_for(invitation, now=now) if letter.is_coming else [],
        "leave_until": until,
        "may_leave": may_take_leave(letter.invitation, now=now),
        "decline_form": forms.get("decline_form") or DeclineForm(draw=invitation.draw),
        "leave_form": forms.get("leave_form") or ProjectLeaveForm(),
    }
    if letter.is_coming:
        context |= presence_context(invitation, forms.get("sign_in_form"), now=now)
    return render(request, "selfservice/review.html", context, status=status)
