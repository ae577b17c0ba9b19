"""Keeps out whoever comes from a blocked network."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from expertpool.core.client import client_address
from expertpool.core.menus import API
from expertpool.core.middleware import Middleware
from expertpool.networks.enums import RuleKind
from expertpool.networks.models import NetworkRule
from expertpool.networks.queries import KEPT
from expertpool.networks.services.known import known_account

ALWAYS_OPEN = {"core:health", "core:live", "core:ready"}  # whoever watches over the server asks it


class NetworkMiddleware(Middleware):
    """What was blocked by hand opens nothing at all. A block after failed sign-ins shuts out, of front and back office,
    whoever has not shown who he is: not who has signed in, nor who comes by a link of his own, nor another platform
    with its token, nor a browser in which somebody has signed in before. Many sit behind one address."""

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # Before the rules are read: it answers while the database is away.
        if _name(request) in ALWAYS_OPEN:
            return None
        rule = KEPT.rule_for(client_address(request), now=timezone.now())
        if rule is None or rule.kind == RuleKind.ALLOW:
            return None
        if rule.is_automatic and _has_shown_himself(request, kwargs):
            return None
        return _closed(request, rule)


def _has_shown_himself(request: HttpRequest, kwargs: Any) -> bool:
    # A header says something to the interface alone: any word in it opens no page.
    by_itself = "token" in kwargs or (API in request.path and "Authorization" in request.headers)
    return by_itself or request.user.is_authenticated or known_account(request) is not None


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _closed(request: HttpRequest, rule: NetworkRule) -> HttpResponse:
    """Say so; why is nobody's business but of who keeps the list."""
    return render(request, "networks/closed.html", {"rule": rule}, status=403)
