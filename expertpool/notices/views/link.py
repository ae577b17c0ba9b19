"""The page behind the personal link of a notice: read and confirmed without signing in.

The link is the only key, so no CSRF token is asked, as of that by which an invitation is answered.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.core.responses import file_answer
from expertpool.core.views.links import opened_by_link
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import attachments_of, opened
from expertpool.files.services import note_download
from expertpool.notices.enums import NoticeState
from expertpool.notices.exceptions import LinkInvalid, NoticeRefused
from expertpool.notices.models import Addressee
from expertpool.notices.services.links import addressee_for_link, confirm_by_link

by_link = opened_by_link(
    addressee_for_link, invalid=LinkInvalid, template="notices/link_invalid.html"
)


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str, row: Addressee) -> HttpResponse:
    """GET: the notice. POST: he has read it, and confirms it."""
    refusal = None
    if request.method == "POST":
        try:
            confirm_by_link(addressee=row, now=timezone.now())
        except NoticeRefused as error:
            refusal = error
        else:
            return redirect("notices:link", token=token)
    receipts = {one.kind: one.at for one in row.receipts.all()}
    withdrawn = row.notice.state == NoticeState.WITHDRAWN
    context = {
        "row": row,
        "notice": row.notice,
        "token": token,
        "withdrawn": withdrawn,
        "done_at": receipts.get(row.notice.asked_kind),
        "files": [] if withdrawn else attachments_of(row.notice),
    }
    return render(request, "notices/link.html", context, status=409 if refusal else 200)


@by_link
@require_safe
def file(request: HttpRequest, token: str, row: Addressee, pk: int) -> HttpResponseBase:
    """One of its files, to download."""
    if row.notice.state == NoticeState.WITHDRAWN:
        raise Http404
    found = get_object_or_404(attachments_of(row.notice), pk=pk)
    try:
        content = opened(found)
    except FileRefused:
        raise Http404 from None
    note_download(attachment=found, actor=None, now=timezone.now())
    return file_answer(content, name=found.name, content_type=found.content_type, inline=False)
