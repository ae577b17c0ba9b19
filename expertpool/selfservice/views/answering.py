"""What the page behind a link and the expert's own area have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from expertpool.core.responses import file_answer, refused
from expertpool.core.text import moment_text
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused, SignInRefused
from expertpool.draws.models import Invitation
from expertpool.draws.queries.presence import is_stopped, presence_of
from expertpool.draws.queries.written import as_written, is_over
from expertpool.draws.services.calendar import calendar_file
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.presence import TOO_MANY, sign_in
from expertpool.draws.services.replies import answer, take_leave
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import is_said, opened
from expertpool.files.services import words_of
from expertpool.selfservice.forms.reply import DeclineForm, ProjectLeaveForm, SignInForm
from expertpool.selfservice.services.files import files_of, note_expert_download

# What counts as the expert's answer, whoever recorded it.
ANSWERED = (
    InvitationState.ACCEPTED,
    InvitationState.DECLINED,
    InvitationState.CONFLICT,
    InvitationState.LEAVE,
)
# What a browser shows by itself; the files app told these kinds by their content.
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


def take_answer(
    request: HttpRequest, invitation: Invitation, *, via: ReplyVia
) -> DeclineForm | None:
    """Record the answer that was posted; return the form if something is missing in it.

    Raises ReplyRefused.
    """
    accept = request.POST.get("answer") == "accept"
    # Whoever agrees gives no reason.
    form = DeclineForm(None if accept else request.POST, draw=invitation.draw)
    if not accept and not form.is_valid():
        return form
    answer(
        invitation=invitation,
        accept=accept,
        reason="" if accept else form.text,
        via=via,
        now=timezone.now(),
        entropy=SystemEntropy(),
        mark=request.POST.get("mark", ""),
    )
    return None


def why_not_taken(request: HttpRequest, invitation: Invitation, refusal: ReplyRefused) -> str:
    """Say to whoever posted the answer that was refused which one counts; nothing where it is the
    same, or the page of the invitation says all there is to say."""
    invitation.refresh_from_db()
    invitation.altered_to = None
    as_written([invitation])
    if invitation.state == InvitationState.INVITED:
        return "" if is_over(invitation, now=timezone.now()) else str(refusal)
    accepts = request.POST.get("answer") == "accept"
    accepted = invitation.state == InvitationState.ACCEPTED
    if invitation.state not in ANSWERED or accepts == accepted:
        return ""
    wanted = "同意" if accepts else "不能参加"
    counts = "同意" if accepted else "不能参加"
    said = f"您提交的「{wanted}」没有登记：{moment_text(invitation.replied_at)} 已登记的答复是「{counts}」，以它为准。"
    return f"{said}确需改变的，请{'在本页请假，或' if accepted else ''}联系项目联系人。"


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


def take_sign_in(request: HttpRequest, invitation: Invitation) -> SignInForm | None:
    """Note that he is at the place; return the form where its code is not the one shown there.

    Raises ReplyRefused for an invitation that counts no more.
    """
    form = SignInForm(request.POST)
    if form.is_valid():
        try:
            sign_in(invitation=invitation, code=form.cleaned_data["code"], now=timezone.now())
        except SignInRefused as error:
            form.add_error("code", str(error))
    return None if form.is_valid() else form


def presence_context(
    invitation: Invitation, form: SignInForm | None, *, now: datetime
) -> dict[str, Any]:
    """What pages show of signing in at the place to somebody who comes."""
    presence = None if invitation.is_standby else presence_of(invitation.draw, now=now)
    return {
        "presence": presence,
        "may_sign_in": presence is not None and presence.is_open(now),
        "sign_in_stopped": TOO_MANY if is_stopped(invitation) else "",
        "sign_in_form": form or SignInForm(),
    }


def calendar_response(invitation: Invitation, *, now: datetime) -> HttpResponseBase:
    return file_answer(calendar_file(invitation, now=now), name="review.ics")


def file_response(
    request: HttpRequest,
    invitation: Invitation,
    attachment: Attachment,
    *,
    preview: bool,
    now: datetime,
) -> HttpResponseBase:
    """Send a file of the project to the expert of ``invitation`` and log it.

    ``preview`` shows a PDF or a picture in the browser, and what a file of Office says on a page; everything else
    is downloaded.
    """
    is_read = preview and is_said(attachment)
    try:
        words = words_of(attachment) if is_read else None
        content = None if is_read else opened(attachment)
    except FileRefused as error:
        return refused(str(error))
    # Before the first byte: a transfer that breaks off has shown something, too.
    note_expert_download(invitation=invitation, attachment=attachment, now=now)
    if words is not None:
        context = {"attachment": attachment, "words": words, "download_url": request.path}
        return render(request, "selfservice/file_words.html", context)
    inline = preview and attachment.content_type in SHOWN
    return file_answer(
        content,
        name=attachment.name,
        content_type=attachment.content_type,
        inline=inline,
    )


def files_for(invitation: Invitation, *, now: datetime) -> list[ProjectFile]:
    """Return the files of the projects as the expert's pages list them."""
    rows = files_of(invitation, now=now)
    return [ProjectFile(row, row.content_type in SHOWN or is_said(row)) for row in rows]


def file_or_404(invitation: Invitation, pk: int, *, now: datetime) -> Attachment:
    """Return the file ``pk`` of a project for which he sits."""
    found = next((row for row in files_of(invitation, now=now) if row.pk == pk), None)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class ProjectFile:
    attachment: Attachment
    is_shown: bool  # by the browser itself
