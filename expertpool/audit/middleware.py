"""Gives the address of the request to the log entries written while it is served."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from expertpool.audit.context import address
from expertpool.core.client import client_address
from expertpool.core.middleware import Middleware


class RequestContextMiddleware(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = address.set(client_address(request))
        try:
            return self.get_response(request)
        finally:
            # The thread serves other people's requests next.
            address.reset(token)
