"""The list of projects and the panorama of one."""

from __future__ import annotations

import json

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.accounts.queries import FoundFor
from expertpool.core.criteria import AllOf, canonical, explain
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.registry import tabs_for
from expertpool.core.views.drawers import drawer_form, hears
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.panorama import panorama
from expertpool.projects.fields import PROJECT
from expertpool.projects.forms.filters import ProjectFilter, WhereForm
from expertpool.projects.queries import (
    actions_for,
    check_project,
    projects_visible_to,
    why_not_approve,
)
from expertpool.projects.queries.archive import why_not_archive
from expertpool.projects.queries.measures import with_marks
from expertpool.projects.tables import DEFAULT_SORT, SORTS, TABS

PAGE = "projects:detail"
# Upper apps register buttons here that stand at the head of the page, whatever its tab.
HEAD = "projects:head"


@requires("projects.view")
def project_list(request: UserRequest) -> HttpResponse:
    user, form = request.user, ProjectFilter(request.GET, viewer=request.user)
    projects = listing(
        request,
        with_marks(projects_visible_to(user)),
        sorts=SORTS,
        default_sort=DEFAULT_SORT,
        form=form,
        tabs=TABS,
    )
    where = form.value("where")
    may_submit, may_approve = map(user.has_permission, ("projects.edit", "projects.approve"))
    context = projects.context | {
        "may_add": user.has_permission("projects.add"),
        "may_submit": may_submit,
        "may_approve": may_approve,
        "may_bulk": may_submit or may_approve,
        "columns": PROJECT.list_columns(request.user),
        "create_url": reverse("projects:create"),
        "export_url": export_url("projects.projects"),
        "where": explain(where) if where else "",
    }
    return render_list(request, "projects/project_list.html", context)


@requires("projects.view")
def conditions(request: UserRequest) -> HttpResponse:
    """The condition builder; its answer becomes ``where`` in the address of the list."""
    posted = request.POST if request.method == "POST" else None
    initial = {"where": request.GET.get("where", "")}
    form = WhereForm(posted, initial=initial, viewer=request.user)

    def go() -> HttpResponse:
        query = request.GET.copy()
        # The page that was open may not exist in what the condition leaves.
        for name in ("page", "where"):
            query.pop(name, None)
        node = form.cleaned_data["where"]
        # All of nothing holds for everybody, and needs no place in the address.
        if node != AllOf():
            query["where"] = json.dumps(canonical(node), ensure_ascii=False)
        return HttpResponseClientRedirect(f"{reverse('projects:list')}?{query.urlencode()}")

    return drawer_form(request, form, go, title="高级查询", submit_label="查询")


_shown = FoundFor(
    lambda user, pk: with_marks(projects_visible_to(user)).filter(pk=pk), called="project"
)


@hears  # what was recorded of calls: the record of a notice opens within its tab
@requires("projects.view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    project = _shown.by_key(request.user, pk)
    if project is None:
        raise Http404
    now, actions = timezone.now(), actions_for(request.user, project)
    context = {
        "project": project,
        "actions": actions,
        "why_not_archive": why_not_archive(project, now=now) if actions.archive else "",
        "why_not_approve": why_not_approve(request.user, project, now=now)
        if actions.decide
        else "",
        "findings": check_project(project, None, now) if project.is_undrawn else [],
        "head": [part.render(request, project) for part in tabs_for(HEAD, request.user)],
    }
    return panorama(request, PAGE, project, "projects/project_detail.html", context)
