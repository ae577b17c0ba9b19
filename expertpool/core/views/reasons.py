"""The reason that a question asks for (``ask=`` of a button): one text beside a post, without a form."""

from __future__ import annotations

from django.http import HttpRequest

from expertpool.core.text import clean_text
from expertpool.core.validators import is_writable


def reason_of(request: HttpRequest) -> str:
    """Return what was typed, without what nobody can write: NUL, which the database refuses, other
    controls, lone halves of characters. Nothing where nothing was sent."""
    typed = request.POST.get("reason", "").replace("\x00", "")
    if not is_writable(typed):
        typed = "".join(char for char in typed if is_writable(char))
    return clean_text(typed)
