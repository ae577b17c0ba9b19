"""Progress and tasks of a project, and the tasks of a user."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.core.views.listing import listing, render_list
from expertpool.files.exceptions import FileRefused
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.filters import TaskFilter
from expertpool.projects.forms.follow_up import CompletionForm, ProgressForm, TaskForm
from expertpool.projects.queries.follow_up import (
    tasks_completable_by,
    tasks_managed_by,
    tasks_visible_to,
)
from expertpool.projects.queries.projects import projects_editable_by, projects_visible_to
from expertpool.projects.services.progress import add_progress
from expertpool.projects.services.tasks import assign_task, cancel_task, complete_task
from expertpool.projects.tables import TASK_SORTS, task_tabs
from expertpool.projects.views.opening import shut


@require_safe
@requires("projects.view")
def task_list(request: UserRequest) -> HttpResponse:
    """What the user has to do, and what was given out in the projects he sees."""
    tasks = listing(
        request,
        tasks_visible_to(request.user),
        sorts=TASK_SORTS,
        default_sort="due",
        form=TaskFilter(request.GET),
        tabs=task_tabs(request.user, timezone.localdate()),
    )
    shown = {task.pk for task in tasks.page}
    # By key for the whole page: a query for each row would grow with it.
    projects = {task.project_id for task in tasks.page}
    context = tasks.context | {
        "today": timezone.localdate(),
        "completable": _keys(tasks_completable_by(request.user).filter(pk__in=shown)),
        "visible": _keys(projects_visible_to(request.user).filter(pk__in=projects)),
    }
    return render_list(request, "projects/task_list.html", context)


def _keys(rows: Any) -> set[int]:
    return set(rows.order_by().values_list("pk", flat=True))


@requires("projects.edit")
def progress_add(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    if answer := shut(request, project, is_open=not project.is_archived):
        return answer
    form = ProgressForm(*posted(request))

    def write() -> None:
        add_progress(
            project=project,
            text=form.cleaned_data["text"],
            files=form.cleaned_data["attachments"],
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=(ProjectError, FileRefused),
        back=reverse("projects:detail", args=[pk]),
        title="添加进展",
        message="已添加进展。",
        refresh="page",
    )


@requires("projects.edit")
def task_add(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    if answer := shut(request, project, is_open=not project.is_archived):
        return answer
    form = TaskForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        assign_task(
            project=project,
            data=form.data_for_service(),
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=(ProjectError, FileRefused),
        back=reverse("projects:detail", args=[pk]),
        title="指派任务",
        message="已指派任务，并通知负责人。",
        submit_label="指派",
        refresh="page",
    )


@requires("projects.view")
def task_complete(request: UserRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(tasks_completable_by(request.user), pk=pk)
    if answer := shut(request, task.project, is_open=not task.project.is_archived):
        return answer
    form = CompletionForm(request.POST if request.method == "POST" else None)

    def write() -> None:
        complete_task(
            task=task, note=form.cleaned_data["note"], actor=request.user, now=timezone.now()
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=(ProjectError, FileRefused),
        back=reverse("projects:detail", args=[task.project_id]),
        title=f"完成任务：{task.title}",
        message="任务已完成。",
        submit_label="确认完成",
        refresh="page",
    )


@require_POST
@requires("projects.edit")
def task_cancel(request: UserRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(tasks_managed_by(request.user), pk=pk)
    try:
        cancel_task(task=task, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    return saved("任务已撤销。", refresh="page")
