"""The tabs that this app shows on the panorama of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from expertpool.core.registry import Tab, tabs_for
from expertpool.core.timeline import TimelineEntry, TimelineFile
from expertpool.files.queries import attachments_of
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.queries import actions_for, projects_visible_to
from expertpool.projects.queries.batches import batch_actions_for, faults_of, projects_in
from expertpool.projects.queries.follow_up import (
    OPEN,
    Report,
    progress_of,
    tasks_completable_by,
    tasks_of,
)
from expertpool.projects.queries.measures import with_marks
from expertpool.projects.queries.persons import avoidances_for
from expertpool.workflow.queries.approvals import course_of
from expertpool.workflow.queries.notices import objections_about

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

# Upper apps register cards here that are shown on the first tab (who takes part …).
OVERVIEW = "projects:overview"


def overview(request: HttpRequest, project: Project) -> str:
    user = cast("User", request.user)
    context = {
        "project": project,
        "rows": [
            row
            for code in PROJECT.titles()
            for row in PROJECT.panorama(project, code, viewer=cast("User", request.user))
        ],
        "avoidances": avoidances_for(user, project),
        "actions": actions_for(user, project),
        "course": course_of(project, now=timezone.now()),
        "objections": objections_about(user, project),
        "sections": [tab.render(request, project) for tab in tabs_for(OVERVIEW, user)],
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
        "reports": [_told(report) for report in progress_of(project)],
    }
    return render_to_string("projects/_follow_up.html", context, request)


def _told(report: Report) -> TimelineEntry:
    files = [
        TimelineFile(
            file.name,
            reverse("files:download", args=[file.pk]),
            reverse("files:preview", args=[file.pk]) if preview else "",
        )
        for file, preview in report.files
    ]
    entry = report.entry
    return TimelineEntry(entry.at, str(entry.author), note=entry.text, tone="blue", files=files)


def count_open(user: User, project: Project) -> int:
    return project.tasks.filter(OPEN).count()


def batch_projects(request: HttpRequest, batch: ProjectBatch) -> str:
    """项目: the members of a batch, and what keeps them from being drawn together."""
    user = cast("User", request.user)
    members = list(with_marks(projects_in(batch.pk)))
    keys = [member.pk for member in members]
    seen = projects_visible_to(user).filter(pk__in=keys).order_by()
    context = {
        "batch": batch,
        "members": members,
        "actions": batch_actions_for(user, batch, members),
        # Once drawn, or archived, nobody can mend what these say.
        "faults": faults_of(members) if members[0].is_undrawn else [],
        "reachable": set(seen.values_list("pk", flat=True)),
    }
    return render_to_string("projects/_batch_projects.html", context, request)


def batch_attachments(request: HttpRequest, batch: ProjectBatch) -> str:
    return render_to_string("projects/_batch_attachments.html", {"batch": batch}, request)


def count_batch_attachments(user: User, batch: ProjectBatch) -> int:
    return attachments_of(batch).count()


PAGE = "projects:detail"
BATCH_PAGE = "projects:batch_detail"
TABS = (
    Tab(PAGE, "overview", "概况", 10, overview),
    Tab(PAGE, "follow_up", "跟进", 35, follow_up, count=count_open),
    Tab(PAGE, "attachments", "附件", 40, attachments, count=count_attachments),
    Tab(BATCH_PAGE, "projects", "项目", 10, batch_projects),
    Tab(BATCH_PAGE, "attachments", "附件", 40, batch_attachments, count=count_batch_attachments),
)
