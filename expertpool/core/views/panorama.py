"""A panorama: the facts of one subject above, and below them the tabs that apps have registered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import reselect, reswap, retarget

from expertpool.core.registry import tabs_for


def panorama(
    request: HttpRequest, page: str, subject: Any, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer ``template`` with the tab that ``?tab=`` names; ``page`` is the slot and the URL."""
    tabs = tabs_for(page, request.user)
    wanted = request.GET.get("tab", "")
    current = next((tab for tab in tabs if tab.code == wanted), tabs[0])
    address = reverse(page, args=[subject.pk])
    shown = {
        "tab": current.render(request, subject),
        "tabs": [
            {
                "label": tab.label,
                "url": f"{address}?tab={tab.code}",
                "active": tab is current,
                "count": tab.count(request.user, subject) if tab.count else None,
            }
            for tab in tabs
        ],
    }
    response = render(request, template, context | shown)
    htmx: Any = getattr(request, "htmx", None)
    if htmx and htmx.target == "tab":  # the row of tabs changes with the tab
        return reswap(retarget(reselect(response, "#page"), "#page"), "outerHTML")
    return response
