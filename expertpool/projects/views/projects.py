"""The list of projects and the panorama of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reselect, reswap, retarget

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.registry import panels_for
from expertpool.core.views.listing import listing, render_list
from expertpool.projects.forms import ProjectFilter
from expertpool.projects.queries import actions_for, check_project, projects_visible_to
from expertpool.projects.tables import SORTS, TABS

PAGE = "projects:detail"


@requires("projects.view")
def project_list(request: UserRequest) -> HttpResponse:
    projects = listing(
        request,
        projects_visible_to(request.user),
        sorts=SORTS,
        default_sort="-created",
        form=ProjectFilter(request.GET),
        tabs=TABS,
    )
    context = projects.context | {
        "may_add": request.user.has_permission("projects.add"),
        "create_url": reverse("projects:create"),
    }
    return render_list(request, "projects/project_list.html", context)


@requires("projects.view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_visible_to(request.user), pk=pk)
    panels = panels_for(PAGE, request.user)
    wanted = request.GET.get("tab", "")
    current = next((panel for panel in panels if panel.code == wanted), panels[0])
    address = reverse(PAGE, args=[pk])
    context = {
        "project": project,
        "actions": actions_for(request.user, project),
        "findings": check_project(project, None, timezone.now()) if project.is_undrawn else [],
        "panel": current.render(request, project),
        "tabs": [
            {
                "label": panel.label,
                "url": f"{address}?tab={panel.code}",
                "active": panel is current,
                "count": panel.count(request.user, project) if panel.count else None,
            }
            for panel in panels
        ],
    }
    response = render(request, "projects/project_detail.html", context)
    htmx: Any = getattr(request, "htmx", None)
    if htmx and htmx.target == "panel":  # the tabs change with the panel
        return reswap(retarget(reselect(response, "#page"), "#page"), "outerHTML")
    return response
