"""The page behind a personal link: an invited expert answers without signing in.

The link is the only key, so a forged post would have to know it: no CSRF token is asked, which
also lets browsers that refuse cookies answer. Only POST changes something, and it always leads
back to the page, which says where the invitation stands now.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.draws.enums import ReplyVia
from expertpool.draws.exceptions import LinkInvalid, ReplyRefused
from expertpool.draws.exports.calendar import calendar_file
from expertpool.draws.forms.reply import DeclineForm, ProjectLeaveForm
from expertpool.draws.models import Invitation
from expertpool.draws.queries.invitations import Stage, stage_of
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.replies import (
    answer,
    invitation_for_token,
    leave_until,
    take_leave,
)

View = Callable[..., HttpResponse]
CLOSED_STATUS = {Stage.ANSWERED: 200, Stage.EXPIRED: 410, Stage.CANCELLED: 410}


def by_link(view: View) -> View:
    """Open ``view`` to whoever holds a valid link, as ``view(request, token, invitation)``."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            invitation = invitation_for_token(token)
        except LinkInvalid as error:
            response = render(request, "draws/reply_invalid.html", {"error": error}, status=404)
        else:
            response = view(request, token, invitation)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    opened: View = login_not_required(csrf_exempt(never_cache(guarded)))
    return opened


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        return _page(request, token, invitation)
    accept = request.POST.get("answer") == "accept"
    form = DeclineForm(None if accept else request.POST)
    if not accept and not form.is_valid():
        return _page(request, token, invitation, decline_form=form, status=422)
    try:
        answer(
            invitation=invitation,
            accept=accept,
            reason="" if accept else form.text,
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SystemEntropy(),
        )
    except ReplyRefused:
        pass  # the page says why: it shows where the invitation stands
    return redirect("draws:reply", token=token)


@by_link
@require_POST
def leave(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = ProjectLeaveForm(request.POST)
    if not form.is_valid():
        return _page(request, token, invitation, leave_form=form, status=422)
    try:
        take_leave(
            invitation=invitation,
            reason=form.cleaned_data["reason"],
            via=ReplyVia.LINK,
            now=timezone.now(),
            entropy=SystemEntropy(),
        )
    except ReplyRefused:
        pass  # as above
    return redirect("draws:reply", token=token)


@by_link
@require_safe
def calendar(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    now = timezone.now()
    if stage_of(invitation, now=now) is not Stage.COMING:
        return _page(request, token, invitation, status=404)
    return HttpResponse(
        calendar_file(invitation, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="review.ics"'},
    )


def _page(
    request: HttpRequest, token: str, invitation: Invitation, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Show the invitation where it stands; ``forms`` are those that were filled in wrongly."""
    now = timezone.now()
    stage = stage_of(invitation, now=now)
    context = {"invitation": invitation, "project": invitation.draw.project, "token": token}
    if stage is Stage.OPEN:
        context["decline_form"] = forms.get("decline_form") or DeclineForm()
        return render(request, "draws/reply_open.html", context, status=status)
    if stage is Stage.COMING:
        context |= {
            "leave_until": leave_until(invitation),
            "may_leave": now <= leave_until(invitation),
            "leave_form": forms.get("leave_form") or ProjectLeaveForm(),
        }
        return render(request, "draws/reply_coming.html", context, status=status)
    context["stage"] = stage.value
    return render(request, "draws/reply_closed.html", context, status=CLOSED_STATUS[stage])
