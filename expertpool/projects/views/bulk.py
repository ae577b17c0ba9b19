"""What is done with all ticked rows of a list; what is refused is told row by row."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import picked_rows
from expertpool.files.queries import attachments_of
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import NoteRequired
from expertpool.projects.forms.filters import ProjectFilter
from expertpool.projects.models import Project
from expertpool.projects.queries.projects import (
    projects_editable_by,
    projects_in_approval_scope,
    projects_with_files_deletable_by,
)
from expertpool.projects.services.application import submit_project
from expertpool.projects.services.approval import approve_project
from expertpool.projects.services.bulk import Outcome, for_each
from expertpool.projects.services.files import remove_files
from expertpool.projects.tables import TABS


@require_POST
@requires("projects.approve")
def approve_many(request: UserRequest) -> HttpResponse:
    """Approve the ticked projects; each decision is logged and told by itself."""
    projects = projects_in_approval_scope(request.user)
    if _everything(request):
        projects = projects.filter(status=ProjectStatus.PENDING)
    return _each_picked(request, projects, approve_project, "审核通过")


@require_POST
@requires("projects.edit")
def submit_many(request: UserRequest) -> HttpResponse:
    """Hand the ticked drafts in for approval."""
    projects = projects_editable_by(request.user)
    if _everything(request):
        projects = projects.filter(status__in=[ProjectStatus.DRAFT, ProjectStatus.REJECTED])
    return _each_picked(request, projects, submit_project, "提交审核")


def _everything(request: UserRequest) -> bool:
    """Whether all that the list shows was chosen: then only what the action is for is meant."""
    return request.POST.get("all") == "1"


def _each_picked(
    request: UserRequest, projects: QuerySet[Project], change: Callable[..., object], verb: str
) -> HttpResponse:
    picked = picked_rows(request, projects, form=ProjectFilter, tabs=TABS).order_by("pk")
    if not picked:
        return refused("所选项目不在您的操作范围内，请刷新列表后重新选择。")
    now = timezone.now()
    outcome = for_each(picked, lambda project: change(project=project, actor=request.user, now=now))
    return _told(request, outcome, verb, noun="个项目", refresh="list")


@require_POST
@requires("projects.delete_files")
def files_delete(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_with_files_deletable_by(request.user), pk=pk)
    try:
        outcome = remove_files(
            project=project,
            attachments=picked_rows(request, attachments_of(project)),
            reason=request.POST.get("reason", ""),
            actor=request.user,
            now=timezone.now(),
        )
    except NoteRequired as error:
        return refused(str(error))
    return _told(request, outcome, "删除", noun="个附件", refresh="attachments")


def _told(
    request: UserRequest, outcome: Outcome, verb: str, *, noun: str, refresh: str
) -> HttpResponse:
    """Say that all went well, or open a drawer that tells each refusal."""
    done = f"已{verb} {len(outcome.done)} {noun}"
    if not outcome.refused:
        return saved(f"{done}。", refresh=refresh)
    context = {"title": f"{verb}结果", "done": done, "outcome": outcome, "noun": noun}
    response = render(request, "projects/bulk_outcome.html", context)
    response = reswap(retarget(response, "#drawer"), "innerHTML")
    return trigger_client_event(response, f"{refresh}:refresh", after="settle")
