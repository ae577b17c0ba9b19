"""Answers to htmx: what the page does after a drawer form or an action (build-a-page, 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

MOST_UNDONE = 200  # keys: servers and proxies take headers of a few thousand bytes


@dataclass(frozen=True)
class Undo:
    """How an action is taken back: ``keys`` are posted to ``url`` as ``pk``, as a bulk bar does."""

    url: str
    keys: Sequence[Any] = ()

    @property
    def values(self) -> str:
        """What the button posts, for ``hx-vals``."""
        return json.dumps({"pk": list(self.keys)})


def saved(
    message: str,
    *,
    level: Literal["success", "info", "warning"] = "success",
    undo: Undo | None = None,
    refresh: str = "list",
) -> HttpResponse:
    """Answer 204: the drawer closes, ``message`` is shown, and what it changed is loaded again.

    ``level``: ``info`` where nothing was to be done, ``warning`` where what was asked for did not happen all
    the same. ``refresh``: ``list`` (the list of the page), ``page`` (all its content) or nothing. ``undo`` is
    offered beside the message, unless it is about more rows than a header can name.
    """
    offered = undo if undo is not None and len(undo.keys) <= MOST_UNDONE else None
    events: dict[str, Any] = {"drawer:close": {}, "toast": _toast(message, level, offered)}
    if refresh:
        events[f"{refresh}:refresh"] = {}
    return HttpResponse(status=204, headers=_events(events))


class Refused(HttpResponse):
    """Says to htmx why nothing was done; whoever opened the address himself gets ``message`` on a page
    (`config.refusals`)."""

    status_code = 409

    def __init__(self, message: str) -> None:
        super().__init__(headers=_events({"toast": _toast(message, "danger")}))
        self.message = message


def refused(message: str) -> HttpResponse:
    """Answer 409: ``message`` says why and how to mend it; nothing on the page changes."""
    return Refused(message)


def not_opened(request: HttpRequest, message: str, *, back: str) -> HttpResponse:
    """Answer for a form that cannot be opened now: ``message`` over the page from which a drawer
    was asked for, or on the page ``back``."""
    if getattr(request, "htmx", False):
        return refused(message)
    messages.error(request, message)
    return redirect(back)


def warned(response: HttpResponse, message: str) -> HttpResponse:
    """Let ``response`` say ``message`` besides what it shows."""
    response["HX-Trigger"] = json.dumps({"toast": _toast(message, "danger")})
    return response


def _toast(message: str, level: str, undo: Undo | None = None) -> dict[str, Any]:
    offered = {"undo": {"url": undo.url, "pk": list(undo.keys)}} if undo else {}
    return {"message": message, "level": level} | offered


def _events(events: dict[str, Any]) -> dict[str, str]:
    # A header holds ASCII only: json escapes the Chinese, the browser reads it back.
    return {"HX-Trigger": json.dumps(events)}
