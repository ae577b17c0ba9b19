"""Who has not signed in sends no large bodies: they would be taken apart before anybody asks who he is.

The server (config.server) asks `sender_of` before it takes them in; the application looks once more, at the
right that he has here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.template.loader import render_to_string
from django.utils import timezone

from config.addresses import INTERFACE
from config.server import ANONYMOUS_BODY, NOT_SIGNED_IN
from expertpool.accounts.backends import SessionStore
from expertpool.accounts.services.tokens import find_token

SCHEME = "Bearer "


def sender_of(headers: Mapping[str, str]) -> str:
    """Return whose session or token these ``headers`` (as of WSGI, without HTTP_) have; "" for nobody's."""
    close_old_connections()  # as before each request
    given = headers.get("AUTHORIZATION", "")
    token = given.startswith(SCHEME) and find_token(given.removeprefix(SCHEME), now=timezone.now())
    if token:
        return str(token.user_id)
    key = parse_cookie(headers.get("COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    return str(SessionStore(key).get(SESSION_KEY, "")) if key else ""


def page_of(code: int, words: str) -> str:
    """Return the page that refuses what was sent. Asks the database nothing."""
    return render_to_string("refused_body.html", {"code": code, "words": words})


def small_before_sign_in(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        size = request.META.get("CONTENT_LENGTH") or "0"
        large = size.isdecimal() and int(size) > ANONYMOUS_BODY
        if large and not request.path.startswith(INTERFACE) and not request.user.is_authenticated:
            return HttpResponse(page_of(413, NOT_SIGNED_IN), status=413)
        return get_response(request)

    return answer
