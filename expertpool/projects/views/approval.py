from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.filters import ProjectFilter
from expertpool.projects.queries import projects_in_approval_scope, projects_to_decide
from expertpool.projects.queries.criteria import SUBJECT
from expertpool.projects.services.approval import approve_project, reject_project
from expertpool.projects.tables import SORTS
from expertpool.workflow.enums import Verdict
from expertpool.workflow.queries.approvals import step_names
from expertpool.workflow.queries.second_person import why_not_second


@requires("projects.approve")
def approvals(request: UserRequest) -> HttpResponse:
    projects = listing(
        request,
        projects_to_decide(request.user),
        sorts=SORTS,
        default_sort="opening",
        form=ProjectFilter(request.GET, viewer=request.user),
    )
    names = step_names(SUBJECT, [project.pk for project in projects.page])
    rows = [(project, names.get(project.pk, "")) for project in projects.page]
    now = timezone.now()
    context = projects.context | {
        "may_approve": True,
        "rows": rows,
        "why_not_approve": why_not_second(request.user, (), asked_at=now, now=now, at_first=True),
    }
    return render_list(request, "projects/project_approvals.html", context)


@require_POST
@requires("projects.approve")
def approve(request: UserRequest, pk: int, version: int) -> HttpResponse:
    project = get_object_or_404(projects_in_approval_scope(request.user), pk=pk)
    try:
        verdict = approve_project(
            project=project,
            version=version,
            actor=request.user,
            now=timezone.now(),
            note=reason_of(request),
        )
    except ProjectError as error:
        return refused(str(error))
    told = "已审核通过，可以抽取" if verdict == Verdict.APPROVED else verdict.label
    return saved(f"「{project.name}」{told}。", refresh="page")


@require_POST
@requires("projects.approve")
def reject(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_in_approval_scope(request.user), pk=pk)
    try:
        verdict = reject_project(
            project=project,
            actor=request.user,
            now=timezone.now(),
            note=reason_of(request),
        )
    except ProjectError as error:
        return refused(str(error))
    return saved(f"「{project.name}」{verdict.label}。", refresh="page")
