"""Reads the settings once for each request."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from expertpool.core.configuration import read_once
from expertpool.core.middleware import Middleware


class SettingsMiddleware(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        with read_once():
            # One query for all settings of the request, and one state of them.
            return self.get_response(request)
