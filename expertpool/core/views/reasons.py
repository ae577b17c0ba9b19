"""The reason that a question asks for (``ask=`` of a button): one text beside a post, without a form; and what is
shown for it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from expertpool.core.responses import refused
from expertpool.core.text import clean_text
from expertpool.core.validators import is_writable
from expertpool.core.visibility import GUARDED_FIELDS, Level, level_for


def reason_of(request: HttpRequest) -> str:
    """Return what was typed, without what nobody can write: NUL, which the database refuses, other
    controls, lone halves of characters. Nothing where nothing was sent."""
    typed = request.POST.get("reason", "").replace("\x00", "")
    if not is_writable(typed):
        typed = "".join(char for char in typed if is_writable(char))
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
