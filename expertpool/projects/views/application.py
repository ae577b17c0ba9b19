"""Filing a project in steps: values, avoidances, attachments; then submit."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import attempt, posted
from expertpool.core.views.editing import Editing
from expertpool.core.views.parts import parts_of
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.application import ProjectForm
from expertpool.projects.models import Project
from expertpool.projects.queries import (
    actions_for,
    projects_deletable_by,
    projects_editable_by,
    proposed_number,
)
from expertpool.projects.queries.persons import avoidances_for
from expertpool.projects.services.application import (
    create_project,
    submit_project,
    update_project,
    withdraw_project,
)
from expertpool.projects.services.deletion import delete_project
from expertpool.projects.views.opening import shut

STEPS = ("项目信息", "回避", "附件与提交")


@requires("projects.add")
def create(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    form = ProjectForm(*posted(request), number=proposed_number(now), user=request.user)

    def save() -> Project:
        return create_project(values=form.values(), actor=request.user, now=now)

    return _form_page(request, form, save, title="申请项目", cancel=reverse("projects:list"))


@requires("projects.edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((Project, [pk]), action="project.update"))
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    if answer := shut(request, project, is_open=project.is_editable):
        return answer
    form = ProjectForm(*posted(request), project=project, user=request.user)

    def save() -> Project:
        return update_project(
            project=project,
            values=form.values(),
            actor=request.user,
            now=timezone.now(),
        )

    cancel = reverse("projects:detail", args=[pk])
    return _form_page(request, form, save, title="编辑项目", cancel=cancel, editing=editing)


def _form_page(
    request: UserRequest,
    form: ProjectForm,
    save: Callable[[], Project],
    *,
    title: str,
    cancel: str,
    editing: Editing | None = None,
) -> HttpResponse:
    if editing:
        editing.about(parts_of(form))
    if done := attempt(form, save, refusals=ProjectError, editing=editing):
        messages.success(request, "项目信息已保存为草稿。")
        return redirect("projects:avoidances", pk=done.result.pk)
    context = {
        "form": form,
        "editing": editing,
        "title": title,
        "steps": STEPS,
        "cancel_url": cancel,
        "submit_label": "保存，下一步",
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/project_form.html", context, status=status)


@requires("projects.edit")
def avoidances(request: UserRequest, pk: int) -> HttpResponse:
    return _step(request, pk, "projects/project_avoidances.html", current=1)


@requires("projects.edit")
def attachments(request: UserRequest, pk: int) -> HttpResponse:
    return _step(request, pk, "projects/project_attachments.html", current=2)


def _step(request: UserRequest, pk: int, template: str, *, current: int) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    if answer := shut(request, project, is_open=not project.is_archived):
        return answer
    context = {
        "project": project,
        "actions": actions_for(request.user, project),
        "avoidances": avoidances_for(request.user, project),
        "steps": STEPS,
        "current": current,
    }
    return render(request, template, context)


@require_POST
@requires("projects.edit")
def submit(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    try:
        submit_project(project=project, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    except ValidationError as error:
        return refused("".join(error.messages))
    messages.success(request, "已提交，等待审核。")
    return HttpResponseClientRedirect(reverse("projects:detail", args=[pk]))


@require_POST
@requires("projects.edit")
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    try:
        withdraw_project(project=project, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    return saved("已撤回为草稿，修改后需要重新提交审核。", refresh="page")


@require_POST
@requires("projects.delete", "projects.add")
def delete(request: UserRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(projects_deletable_by(request.user), pk=pk)
    try:
        delete_project(project=project, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    messages.success(request, f"项目「{project.name}」已删除。")
    return HttpResponseClientRedirect(reverse("projects:list"))
