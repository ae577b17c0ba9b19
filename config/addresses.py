"""NUL in an address: nobody types it, and the database cannot compare with it.

Searches, filters and numbers of pages read their values from addresses in many places; here it is
dropped for all. The interface refuses it itself, as it refuses all that is malformed.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

INTERFACE = "/api/"


def without_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if request.path.startswith(INTERFACE):
            return get_response(request)
        if "%00" in query:
            request.META["QUERY_STRING"] = query.replace("%00", "")
        if "\x00" in request.path_info:
            request.path_info = request.path_info.replace("\x00", "")
        return get_response(request)

    return answer
