"""Who has to sign in is led there; whose session is narrowed opens what is left to him, and nothing else of what
asks for a login; what is hidden from somebody in the menu is closed to him."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from expertpool.core.menus import CLOSED, is_closed
from expertpool.core.registry import NARROW_PAGES, is_narrowed


class SignInMiddleware(LoginRequiredMiddleware):
    """Says on the page of sign-in to who was signed in until now that he is not any more: else he who is frozen, or
    whose time was over, would stand there without a word."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        answer = super().handle_no_permission(request, view_func)
        if request.COOKIES.get(settings.SESSION_COOKIE_NAME):  # empty once he has signed out
            answer["Location"] += "&ended=1"
        return answer


class UseMiddleware:
    """Keeps that a session is used, once its answer is made; of a request that did not ask who it is, nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session: Any = request.session
        if session.accessed and SESSION_KEY in session:
            session.note_use(request, timezone.now())
        return response


class NarrowedMiddleware:
    """Refuses each page that is not declared as one of a narrowed session, also those for whoever signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # What needs no login is for him as for anybody, without asking who he is.
        if not getattr(view, "login_required", True) or not is_narrowed(request.user):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in NARROW_PAGES:
            return None
        return render(request, "accounts/narrowed.html", status=403)


class ClosedPagesMiddleware:
    """Refuses the pages of an entry of the menu that is hidden from all roles of its reader, and what lies below."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not getattr(view, "login_required", True):
            return None
        if not is_closed(request.user, match.view_name, request.path):
            return None
        return render(request, "core/closed.html", {"said": CLOSED}, status=403)
