"""For whom a page has a file read: whoever asks for many at once waits for his own, and keeps nobody else waiting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from expertpool.core.client import client_address, network_of
from expertpool.core.reading.turns import asker


def reading_for(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = asker.set(partial(person_of, request))
        try:
            return get_response(request)
        finally:
            asker.reset(token)

    return answer


def person_of(request: HttpRequest) -> str:
    """Return who asks: an account, who holds the link in the address, or a network."""
    user: Any = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"account:{user.pk}"
    found = request.resolver_match
    if found is not None and (link := found.kwargs.get("token")):
        return f"link:{link}"
    return f"network:{network_of(client_address(request))}"
