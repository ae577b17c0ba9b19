"""What each page of the shell is told of how long its reader stays signed in without doing anything."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from expertpool.core.addresses import address


def idle(request: HttpRequest) -> dict[str, Any]:
    """Context processor: where a page asks how long that is, and how many seconds it is now."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    left = seconds_left(request)
    return {} if left is None else {"idle_url": address("accounts:idle"), "idle_left": left}


def seconds_left(request: HttpRequest) -> int | None:
    """Return in how many seconds the session of ``request`` ends unless it is used; None: it was begun before there
    was a limit, and gets one by its next use."""
    row = getattr(request.session, "signed_in", None)
    if row is None or row.until is None:
        return None
    return max(0, int((row.until - timezone.now()).total_seconds()))
