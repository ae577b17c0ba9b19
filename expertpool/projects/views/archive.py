"""Archiving a project, and the projects that are archived."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.filters import ArchiveFilter
from expertpool.projects.queries.archive import archived_visible_to
from expertpool.projects.queries.projects import projects_archivable_by
from expertpool.projects.services.archive import archive_project
from expertpool.projects.tables import ARCHIVE_SORTS


@require_POST
@requires("projects.archive")
def archive(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_archivable_by(request.user), pk=pk)
    note = reason_of(request)
    try:
        archive_project(project=project, note=note, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    return saved(f"「{project.name}」已归档，此后只能查看。", refresh="page")


@require_safe
@requires("projects.view")
def archive_list(request: UserRequest) -> HttpResponse:
    projects = listing(
        request,
        archived_visible_to(request.user),
        sorts=ARCHIVE_SORTS,
        default_sort="-archived",
        form=ArchiveFilter(request.GET, viewer=request.user),
    )
    context = projects.context | {"export_url": export_url("projects.archived")}
    return render_list(request, "projects/archive_list.html", context)
