"""The reason that a question asks for (``ask=`` of a button): one text beside a post, without a form; and what is
shown for it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from expertpool.core.responses import refused
from expertpool.core.text import HIDDEN, clean_text, too_long
from expertpool.core.validators import is_writable
from expertpool.core.visibility import GUARDED_FIELDS, Level, level_for

MOST = 500  # letters, as many as the question lets one type (question.js)


class ReasonRefused(ValueError):
    """A reason holds what nobody can write: NUL, which the database refuses, other controls, lone halves of
    characters; or it is so long that its end would be lost. Answered wherever it is raised (config.refusals)."""


def reason_of(request: HttpRequest, *, most: int = MOST) -> str:
    """Return what was typed, of ``most`` letters; nothing where nothing was sent. Raises ReasonRefused, as forms and
    the interface refuse such a text: what is written into a record is what somebody wrote, to its end."""
    # A browser sends the end of a line as two letters and counts it as one.
    typed = request.POST.get("reason", "").replace("\r\n", "\n")
    if not is_writable(typed):
        message = f"所写的内容{HIDDEN}"
        raise ReasonRefused(message)
    if refusal := too_long(typed, most):
        message = f"所写的内容{refusal}"
        raise ReasonRefused(message)
    return clean_text(typed)


def revealed(
    request: HttpRequest,
    code: str,
    show: Callable[[str], str],
    *,
    refusals: type[Exception] | tuple[type[Exception], ...],
) -> HttpResponse:
    """Answer with the clear text of the guarded field ``code``, which ``show`` gives and records for a reason, or
    with its refusal. Raises Http404 where the field is no guarded one, or hidden from the user."""
    if code not in GUARDED_FIELDS or level_for(request.user, code) is Level.HIDDEN:  # type: ignore[arg-type]
        raise Http404
    try:
        value = show(reason_of(request))
    except refusals as refusal:
        return refused(str(refusal))
    # As plain text: nothing that was typed is read as markup.
    return HttpResponse(value, content_type="text/plain; charset=utf-8")
