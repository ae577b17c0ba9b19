"""Notes which pages are opened; it asks nothing and writes nothing while a page is answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from expertpool.core.client import client_address
from expertpool.core.middleware import Middleware
from expertpool.core.registry import PUBLIC_PAGES
from expertpool.monitoring.services.buffer import BUFFER
from expertpool.monitoring.services.recording import PublicSeen, Seen

LONGEST = 2_000  # of a header that is kept for some seconds


class VisitMiddleware(Middleware):
    """One entry in the queue for each page that somebody opens himself: not for what a page loads, nor for answers
    that are none."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_page(request, response):
            _note(request)
        return response


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and request.resolver_match is not None
        and "HX-Request" not in request.headers
        and response.headers.get("Content-Type", "").startswith("text/html")
    )


def _note(request: HttpRequest) -> None:
    assert request.resolver_match is not None  # noqa: S101 (`_is_page`)
    name, now = request.resolver_match.view_name, timezone.now()
    # Of whom it is asked already by whatever made the page; a page that did not ask has nobody.
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        BUFFER.add(Seen(request.user.pk, now, name))
    elif name in PUBLIC_PAGES:
        BUFFER.add(
            PublicSeen(
                now,
                name,
                client_address(request),
                request.headers.get("Referer", "")[:LONGEST],
                request.headers.get("User-Agent", "")[:LONGEST],
            )
        )
