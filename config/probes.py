"""Who asks whether this process serves: a balancer, a monitor, whoever has just installed it.

Each asks it at its own address, http://127.0.0.1:8000/health/, which is not the name that browsers use, and without
HTTPS. The answers have no address in them and nothing of anybody's, so neither is asked for:
the name here, HTTPS by ``SECURE_REDIRECT_EXEMPT``.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

PROBES = ("/health/", "/health/live/", "/health/ready/")


def by_any_name(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The middleware: a probe by a name that is not ours counts as one that came by our own."""

    def answer(request: HttpRequest) -> HttpResponse:
        name, _ = split_domain_port(
            request.META.get("HTTP_HOST", request.META.get("SERVER_NAME", ""))
        )
        if request.path_info in PROBES and not validate_host(name, settings.ALLOWED_HOSTS):
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        return get_response(request)

    return answer
