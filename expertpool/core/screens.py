"""Screens that stand at a place for hours and ask for their changing part every few seconds: who opened one is recorded
once, so nobody is given the part of a screen that his session has not opened."""

from __future__ import annotations

from django.http import HttpRequest


def opens_anew(request: HttpRequest, screen: str) -> bool:
    """Tell whether ``request`` is for the whole page of ``screen``, or for a part of it in a session that has not opened it;
    either is to be recorded."""
    key = f"screen-{screen}"
    is_known = "version" in request.GET and request.session.get(key, False)
    if not is_known:
        request.session[key] = True
    return not is_known
