"""Who has not signed in sends no large bodies, but to a page that takes files by a link of his (`core.large_by_link`):
they would be taken apart before anybody asks who he is.

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
from config.server import ANONYMOUS_BODY, NOT_SIGNED_IN, Sender
from expertpool.accounts.backends import SessionStore
from expertpool.accounts.services.tokens import find_token
from expertpool.core.large_by_link import LARGE_BY_LINK, holder_at

SCHEME = "Bearer "


def linked() -> tuple[str, ...]:
    """Return how the addresses begin at which whoever holds a link sends files."""
    return tuple(one.prefix for one in LARGE_BY_LINK)


def sender_of(headers: Mapping[str, str], path: str) -> Sender:
    """Return whose session or token these ``headers`` (as of WSGI, without HTTP_) have, or who sends files to ``path`` by
    a link; otherwise nobody."""
    close_old_connections()  # as before each request
    given = headers.get("AUTHORIZATION", "")
    token = given.startswith(SCHEME) and find_token(given.removeprefix(SCHEME), now=timezone.now())
    if token:
        return Sender(str(token.user_id))
    key = parse_cookie(headers.get("COOKIE", "")).get(settings.SESSION_COOKIE_NAME)
    user = str(SessionStore(key).get(SESSION_KEY, "")) if key else ""
    if not user and (found := holder_at(path)):
        word, page = found
        return Sender(word, page.most_bytes, page.too_much)
    return Sender(user)


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
            found = holder_at(request.path)
            if found is None:
                return HttpResponse(page_of(413, NOT_SIGNED_IN), status=413)
            if int(size) > found[1].most_bytes:
                return HttpResponse(page_of(413, found[1].too_much), status=413)
        return get_response(request)

    return answer
