"""The panorama of a project or a batch: facts above, and the tabs that apps have registered."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import reselect, reswap, retarget

from expertpool.accounts.models import UserRequest
from expertpool.core.registry import panels_for
from expertpool.projects.models import Project, ProjectBatch


def panorama(
    request: UserRequest,
    page: str,
    subject: Project | ProjectBatch,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Answer ``template`` with the tab that ``?tab=`` names; ``page`` is the slot and the URL."""
    panels = panels_for(page, request.user)
    wanted = request.GET.get("tab", "")
    current = next((panel for panel in panels if panel.code == wanted), panels[0])
    address = reverse(page, args=[subject.pk])
    tabs = [
        {
            "label": panel.label,
            "url": f"{address}?tab={panel.code}",
            "active": panel is current,
            "count": panel.count(request.user, subject) if panel.count else None,
        }
        for panel in panels
    ]
    shown = {"panel": current.render(request, subject), "tabs": tabs}
    response = render(request, template, context | shown)
    htmx: Any = getattr(request, "htmx", None)
    if htmx and htmx.target == "panel":  # the tabs change with the panel
        return reswap(retarget(reselect(response, "#page"), "#page"), "outerHTML")
    return response
