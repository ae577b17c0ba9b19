"""No page stays behind: who signs out of an office's common machine leaves none that Back would show."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def kept_by_nobody(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware: no browser and no proxy keeps what does not say itself how long it may be kept (RFC 9111,
    5.2.2.5). Pages by a link and the interface have personal data without anybody being signed in, so it is all of them."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer
