"""What is done with all ticked rows of a list; what is refused is told row by row."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import User, UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused
from expertpool.core.views.bulk import BulkAction, bulk_view, tell
from expertpool.core.views.listing import picked_rows
from expertpool.core.views.reasons import reason_of
from expertpool.files.queries import attachments_of
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import NoteRequired, ProjectError
from expertpool.projects.forms.filters import ProjectFilter
from expertpool.projects.models import Project
from expertpool.projects.queries.projects import (
    projects_editable_by,
    projects_in_approval_scope,
    projects_to_decide,
    projects_visible_to,
    projects_with_files_deletable_by,
)
from expertpool.projects.services.application import submit_project
from expertpool.projects.services.approval import approve_project
from expertpool.projects.services.files import remove_files
from expertpool.projects.tables import TABS


def _picked(request: UserRequest, changed: str = "") -> QuerySet[Project]:
    """Return the ticked projects, or all that the list shows: of 待审项目 those that wait for him."""
    if "waiting" in request.GET:
        waiting = projects_to_decide(request.user)
        return picked_rows(request, waiting, form=ProjectFilter, changed=changed)
    shown = projects_visible_to(request.user)
    return picked_rows(request, shown, form=ProjectFilter, tabs=TABS, changed=changed)


def _seen(request: UserRequest) -> QuerySet[Project]:
    """The same, none of which was handed in after the list was shown."""
    return _picked(request, "submitted_at")


def _approve(*, project: Project, actor: User, now: datetime) -> None:
    approve_project(project=project, version=project.version, actor=actor, now=now)


approve_many = bulk_view(
    BulkAction(
        "projects.approve",
        "审核通过",
        "个项目",
        "project",
        _approve,
        _seen,
        lambda request: projects_in_approval_scope(request.user),
        ProjectError,
        meant=Q(status=ProjectStatus.PENDING),
    )
)
submit_many = bulk_view(
    BulkAction(
        "projects.edit",
        "提交审核",
        "个项目",
        "project",
        submit_project,
        _picked,
        lambda request: projects_editable_by(request.user),
        ProjectError,
        meant=Q(status__in=(ProjectStatus.DRAFT, ProjectStatus.REJECTED)),
    )
)


@require_POST
@requires("projects.delete_files")
def files_delete(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_with_files_deletable_by(request.user), pk=pk)
    try:
        result = remove_files(
            project=project,
            attachments=picked_rows(request, attachments_of(project)),
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except NoteRequired as error:
        return refused(str(error))
    return tell(request, result, "删除", noun="个附件", refresh="attachments")
