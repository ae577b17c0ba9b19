"""The tabs that this app shows on the panorama of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.registry import Panel, panels_for
from expertpool.files.queries import attachments_of
from expertpool.projects.models import Project
from expertpool.projects.queries import actions_for
from expertpool.projects.queries.follow_up import (
    OPEN,
    tasks_completable_by,
    tasks_of,
    timeline_of,
)
from expertpool.workflow.queries import course_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

# Upper apps register cards here that are shown on the first tab (who takes part …).
OVERVIEW = "projects:overview"


def overview(request: HttpRequest, project: Project) -> str:
    context = {
        "project": project,
        "avoidances": project.avoidances.select_related("unit"),
        "actions": actions_for(cast("User", request.user), project),
        "course": course_of(project, now=timezone.now()),
        "sections": [
            panel.render(request, project) for panel in panels_for(OVERVIEW, request.user)
        ],
    }
    return render_to_string("projects/_overview.html", context, request)


def attachments(request: HttpRequest, project: Project) -> str:
    return render_to_string("projects/_attachments.html", {"project": project}, request)


def count_attachments(user: User, project: Project) -> int:
    return attachments_of(project).count()


def follow_up(request: HttpRequest, project: Project) -> str:
    """跟进: the tasks of the project and its progress."""
    user = cast("User", request.user)
    tasks = list(tasks_of(project))
    completable = tasks_completable_by(user).filter(project=project)
    context = {
        "project": project,
        "actions": actions_for(user, project),
        "tasks": tasks,
        "completable": set(completable.values_list("pk", flat=True)),
        "reports": timeline_of(project),
    }
    return render_to_string("projects/_follow_up.html", context, request)


def count_open(user: User, project: Project) -> int:
    return project.tasks.filter(OPEN).count()


PANELS = (
    Panel("overview", "概况", 10, overview),
    Panel("follow_up", "跟进", 35, follow_up, count=count_open),
    Panel("attachments", "附件", 40, attachments, count=count_attachments),
)
