"""Who has to sign in is led there; whose session is narrowed opens what is left to him, and nothing else of what
asks for a login; what is hidden from somebody in the menu is closed to him."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.services.entering import OVER
from expertpool.core.menus import CLOSED, is_closed
from expertpool.core.middleware import Middleware
from expertpool.core.registry import NARROW_PAGES, is_narrowed
from expertpool.core.responses import refused

CHANGE_FIRST = "您的密码已到期：请先在新窗口打开本站修改密码，再回到这里继续。"


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


class UseMiddleware(Middleware):
    """Keeps that a session is used, once its answer is made; nothing of a request that did not ask who it is, or that a
    page made by itself: by what it says, and by what it asks for (`core.views.unattended`)."""

    HEADER = "X-Unattended"  # htmx-setup.js sends it with what a timer asks

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session: Any = request.session
        if session.accessed and SESSION_KEY in session and not self._is_unattended(request):
            session.note_use(request, timezone.now())
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        request.is_unattended = getattr(view, "is_unattended", False)  # type: ignore[attr-defined]

    def _is_unattended(self, request: HttpRequest) -> bool:
        return getattr(request, "is_unattended", False) or self.HEADER in request.headers


class _AskingForLogin(Middleware):
    """Looks at each page that asks for a login before it is opened."""

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # What needs no login is for him as for anybody, without asking who he is.
        if not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        return self.refusal(request, match.view_name if match else "")

    def refusal(self, request: HttpRequest, page: str) -> HttpResponse | None:
        """Return what is answered instead of ``page``; None: it is opened."""
        raise NotImplementedError


class OldPasswordMiddleware(_AskingForLogin):
    """Leads whoever signed in by a password that is too old to choose another, and lets him do nothing else of what
    asks for a login (`services.entering`)."""

    PAGES = ("accounts:password", "accounts:logout", "accounts:idle", "core:watermark")

    def refusal(self, request: HttpRequest, page: str) -> HttpResponse | None:
        if OVER not in request.session or page in self.PAGES:
            return None
        if request.method == "GET" and not request.htmx:  # type: ignore[attr-defined]
            return redirect("accounts:password")
        # Of a page that was open before: what is typed there stays.
        return refused(CHANGE_FIRST)


class NarrowedMiddleware(_AskingForLogin):
    """Refuses each page that is not declared as one of a narrowed session, also those for whoever signed in."""

    def refusal(self, request: HttpRequest, page: str) -> HttpResponse | None:
        if not is_narrowed(request.user) or page in NARROW_PAGES:
            return None
        return render(request, "accounts/narrowed.html", status=403)


class ClosedPagesMiddleware(_AskingForLogin):
    """Refuses the pages of an entry of the menu that is hidden from all roles of its reader, and what lies below."""

    def refusal(self, request: HttpRequest, page: str) -> HttpResponse | None:
        if not page or not is_closed(request.user, page, request.path):
            return None
        return render(request, "core/closed.html", {"said": CLOSED}, status=403)
