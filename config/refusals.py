"""Why something was refused, for whoever opened its address itself: htmx says it over the page that is
there, a browser would show an empty one."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from expertpool.core.responses import Refused


def refused_on_a_page(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, Refused) or request.headers.get("HX-Request"):
            return response
        return render(request, "refused.html", {"reason": response.message}, status=409)

    return answer
