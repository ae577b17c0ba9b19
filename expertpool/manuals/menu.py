"""「帮助」 in the frame of every page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from expertpool.manuals.queries.finding import address_of, section_at

if TYPE_CHECKING:
    from django.http import HttpRequest


def help_link(request: HttpRequest) -> dict[str, Any]:
    """Context processor: where 「帮助」 leads, and the section that it opens beside what is on the page."""
    user = getattr(request, "user", None)
    match = request.resolver_match
    if user is None or match is None:
        return {}
    found = cache(lambda: section_at(user, match.view_name, request.path))

    def help_url() -> str:
        at = found()
        return address_of(*at) if at else reverse("manuals:index")

    def help_drawer() -> str:
        at = found()
        return reverse("manuals:section", args=[at[0].code, at[1].code]) if at else ""

    return {"help_url": help_url, "help_drawer": help_drawer}
