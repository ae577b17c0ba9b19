"""Looking at a file in place: a page of ours around what the browser shows by itself.

Each look is recorded by the page; the content has an address that only the page gives out, for
its reader and some hours, so that nobody reads a file unrecorded.
"""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from expertpool.core.responses import file_answer, refused
from expertpool.files.exceptions import FileBusy, FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import (
    HELD,
    has_layout,
    is_said,
    may_view,
    opened,
    preview_kind,
)
from expertpool.files.services import laid_out, note_preview, words_of

KEY_AGE = 4 * 3600  # seconds: a long recording is watched to its end


@require_safe
# The browser's own viewers need a frame, which the policy of all other pages forbids.
@csp_update({"frame-src": [SELF], "media-src": [SELF]})  # type: ignore[arg-type]
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    attachment = _visible(request, pk)
    if attachment.held:
        return refused(HELD.format(attachment.name))
    kind = preview_kind(attachment)
    if not kind:
        raise Http404
    words = None
    try:
        if _is_laid_out(attachment):
            kind = "pdf"
        elif is_said(attachment):
            words = words_of(attachment)
    except FileRefused as error:
        return refused(str(error))
    user: Any = request.user
    note_preview(attachment=attachment, actor=user, now=timezone.now())
    key = _signer().sign(f"{pk}-{user.pk}")
    context = {
        "attachment": attachment,
        "kind": kind,
        "words": words,
        "digest": bytes(attachment.sha256).hex(),
        "content_url": f"{reverse('files:content', args=[pk])}?key={key}",
        "download_url": reverse("files:download", args=[pk]),
    }
    return render(request, "files/preview.html", context)


def _is_laid_out(attachment: Attachment) -> bool:
    """Tell whether its layout can be shown; of what cannot be laid out the words are, where it has any."""
    if not has_layout(attachment):
        return False
    try:
        laid_out(attachment).close()
    except FileBusy:
        raise
    except FileRefused:
        if not is_said(attachment):
            raise
        return False
    return True


@require_safe
# The page above shows this in its frame; everything else refuses to be framed.
@xframe_options_sameorigin
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bytes for the page, in parts where the browser asks for parts (films, recordings)."""
    attachment = _visible(request, pk)
    try:
        meant = _signer().unsign(request.GET.get("key", ""), max_age=KEY_AGE)
    except BadSignature:
        raise Http404 from None
    if meant != f"{pk}-{request.user.pk}" or not preview_kind(attachment):
        raise Http404
    is_laid_out = has_layout(attachment)
    if is_said(attachment) and not is_laid_out:  # the page itself has it
        raise Http404
    try:
        opened_file = laid_out(attachment) if is_laid_out else opened(attachment)
    except FileRefused as error:
        return refused(str(error))
    return file_answer(
        opened_file,
        name=f"{attachment.name}.pdf" if is_laid_out else attachment.name,
        content_type="application/pdf" if is_laid_out else attachment.content_type,
        inline=True,
        part=request.headers.get("Range", ""),
    )


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="files.content")


def _visible(request: HttpRequest, pk: int) -> Attachment:
    attachment = get_object_or_404(Attachment.objects.select_related("created_by"), pk=pk)
    if not may_view(request.user, attachment):
        raise Http404
    return attachment
