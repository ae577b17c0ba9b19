"""The page behind a personal link: an invited expert answers without signing in.

The link is the only key, so a forged post would have to know it: no CSRF token is asked, which
also lets browsers that refuse cookies answer. Only POST changes something, and it always leads
back to the page, which says where the invitation stands now.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from expertpool.core.views.links import opened_by_link
from expertpool.draws.enums import ReplyVia
from expertpool.draws.exceptions import LinkInvalid, ReplyRefused
from expertpool.draws.models import Invitation
from expertpool.draws.queries.conflicts import conflict_words, gone_words
from expertpool.draws.services.links import invitation_for_token
from expertpool.draws.services.replies import leave_until, may_take_leave
from expertpool.selfservice.forms.reply import DeclineForm, ProjectLeaveForm
from expertpool.selfservice.queries.letters import Stage, letter_of
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

# How a closed invitation is answered: status, heading, sentence.
CLOSED = {
    Stage.ANSWERED: (200, "您已答复", "您的答复已经登记，无需再操作。"),
    # By the planned end: he may still score then.
    Stage.OVER: (
        410,
        "已过预定的评审时间",
        "感谢您参加评审，链接已停用；评分还没有提交的，请从评分通知里的网址继续。",
    ),
    Stage.EXPIRED: (410, "已过答复时限", "邀请未在时限内答复，链接已停用。"),
    Stage.CUT: (
        410,
        "评审已经开始",
        "答复时限未满，评审已经开始，不能再答复；您来不及答复，不记为未答复，链接已停用。",
    ),
    Stage.CANCELLED: (410, "邀请已取消", "本次邀请已经取消，链接已停用。"),
}


by_link = opened_by_link(
    invitation_for_token, invalid=LinkInvalid, template="selfservice/reply_invalid.html"
)


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        return _page(request, token, invitation)
    try:
        if form := take_answer(request, invitation, via=ReplyVia.LINK):
            return _page(request, token, invitation, decline_form=form, status=422)
    except ReplyRefused as refusal:
        # Otherwise the page says it: it shows where the invitation stands.
        if why := why_not_taken(request, invitation, refusal):
            return _page(request, token, invitation, not_taken=why, status=409)
    return redirect("selfservice:reply", token=token)


@by_link
@require_POST
def leave(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    with suppress(ReplyRefused):  # the page says why
        if form := take_project_leave(request, invitation, via=ReplyVia.LINK):
            return _page(request, token, invitation, leave_form=form, status=422)
    return redirect("selfservice:reply", token=token)


@by_link
@require_POST
def sign_in(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    with suppress(ReplyRefused):  # as above
        if form := take_sign_in(request, invitation):
            return _page(request, token, invitation, sign_in_form=form, status=422)
    return redirect("selfservice:reply", token=token)


@by_link
@require_safe
def calendar(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponseBase:
    now = timezone.now()
    if not letter_of(invitation, now=now).is_coming:
        return _page(request, token, invitation, status=404)
    return calendar_response(invitation, now=now)


@by_link
@require_safe
def project_file(
    request: HttpRequest, token: str, invitation: Invitation, pk: int
) -> HttpResponseBase:
    """Send a file of the project while the invitation is accepted and the review not over."""
    now = timezone.now()
    if not letter_of(invitation, now=now).is_coming:
        return _page(request, token, invitation, status=403)
    attachment = file_or_404(invitation, pk, now=now)
    return file_response(request, invitation, attachment, preview="preview" in request.GET, now=now)


def _page(
    request: HttpRequest,
    token: str,
    invitation: Invitation,
    *,
    status: int = 200,
    not_taken: str = "",
    **forms: Any,
) -> HttpResponse:
    """Show the invitation where it stands; ``forms`` are those that were filled in wrongly."""
    now = timezone.now()
    letter = letter_of(invitation, now=now)
    gone = gone_words(invitation, now=now) if letter.is_open or letter.is_coming else ""
    # What was refused is said once.
    not_taken = "" if not_taken == gone else not_taken
    context: dict[str, Any] = {
        "letter": letter,
        "token": token,
        "not_taken": not_taken,
        "gone": gone,
    }
    if letter.is_open:
        context["conflict"] = conflict_words(invitation, now=now)
        context["decline_form"] = forms.get("decline_form") or DeclineForm(draw=invitation.draw)
        return render(request, "selfservice/reply_open.html", context, status=status)
    if letter.is_coming:
        context |= {
            "files": files_for(invitation, now=now),
            "leave_until": leave_until(invitation, now=now),
            "may_leave": may_take_leave(invitation, now=now),
            "leave_form": forms.get("leave_form") or ProjectLeaveForm(),
            **presence_context(invitation, forms.get("sign_in_form"), now=now),
        }
        return render(request, "selfservice/reply_coming.html", context, status=status)
    closed_status, context["heading"], context["sentence"] = CLOSED[letter.stage]
    # The larger: that something was refused says more than that the invitation is over.
    return render(
        request, "selfservice/reply_closed.html", context, status=max(status, closed_status)
    )
