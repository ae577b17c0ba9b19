"""Batches: the list, the page of one, and who belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, picked_rows, render_list
from expertpool.core.views.panorama import panorama
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.batches import (
    AddProjectsForm,
    BatchFilter,
    BatchForm,
    GroupForm,
)
from expertpool.projects.forms.filters import ProjectFilter
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.queries.batches import (
    batch_actions_for,
    batches_editable_by,
    batches_visible_to,
    projects_in,
    projects_to_group,
    with_figures,
)
from expertpool.projects.queries.projects import projects_editable_by, projects_visible_to
from expertpool.projects.services.batches import (
    add_projects,
    choose_lead,
    create_batch,
    dissolve_batch,
    remove_project,
    update_batch,
)
from expertpool.projects.tables import BATCH_SORTS, TABS
from expertpool.projects.views.opening import shut

PAGE = "projects:batch_detail"
LEADS = "已设为主项目，批次按它的方案抽取；它没有方案的，已沿用原主项目的方案。"


@require_safe
@requires("projects.view")
def batch_list(request: UserRequest) -> HttpResponse:
    batches = listing(
        request,
        with_figures(batches_visible_to(request.user)),
        sorts=BATCH_SORTS,
        default_sort="-created",
        form=BatchFilter(request.GET),
    )
    context = batches.context | {"may_group": request.user.has_permission("projects.edit")}
    return render_list(request, "projects/batch_list.html", context)


@require_safe
@requires("projects.view")
def batch_detail(request: UserRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(batches_visible_to(request.user), pk=pk)
    members = list(projects_in(pk))
    actions = batch_actions_for(request.user, batch, members)
    context = {
        "batch": batch,
        "members": members,
        "lead": members[0],
        "actions": actions,
        "approved": sum(member.is_approved for member in members),
        "archived": sum(member.is_archived for member in members),
    }
    return panorama(request, PAGE, batch, "projects/batch_detail.html", context)


@requires("projects.edit")
def group(request: UserRequest) -> HttpResponse:
    """Put the ticked projects of the list into a new batch, or into one that is there."""
    posted = request.method == "POST"
    form = GroupForm(request.POST if posted else None, user=request.user)
    keys = request.POST if posted else request.GET
    if form.is_valid():
        shown = projects_visible_to(request.user)
        picked = picked_rows(request, shown, form=ProjectFilter, tabs=TABS)
        rows = projects_editable_by(request.user)
        if keys.get("all") == "1":  # then only those are meant for which this is possible
            rows = projects_to_group(request.user)
        picked = picked.filter(pk__in=rows.values("pk"))
        try:
            batch = _grouped(request, form, list(picked.order_by("opening_at", "pk")))
        except ProjectError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已合并为批次「{batch}」。")
            return HttpResponseClientRedirect(reverse(PAGE, args=[batch.pk]))
    context = {
        "form": form,
        "title": "合并为批次",
        "submit_label": "合并",
        "keys": keys.getlist("pk"),
        "everything": keys.get("all") == "1",
        "count": keys.get("count", ""),
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/group_drawer.html", context, status=status)


def _grouped(request: UserRequest, form: GroupForm, picked: list[Project]) -> ProjectBatch:
    chosen: ProjectBatch | None = form.cleaned_data["batch"]
    actor, now = request.user, timezone.now()
    if chosen is not None:
        add_projects(batch=chosen, projects=picked, actor=actor, now=now)
        return chosen
    values = {name: form.cleaned_data[name] for name in ("name", "note")}
    return create_batch(projects=picked, **values, actor=actor, now=now)


@requires("projects.edit")
def batch_edit(request: UserRequest, pk: int) -> HttpResponse:
    editing = Editing(request, Edits((ProjectBatch, [pk]), action="project.batch_update"))
    batch = get_object_or_404(batches_editable_by(request.user), pk=pk)
    if answer := _shut(request, batch):
        return answer
    form = BatchForm(request.POST if request.method == "POST" else None, instance=batch)

    def write() -> object:
        return update_batch(
            batch=batch, **form.cleaned_data, actor=request.user, now=timezone.now()
        )

    return drawer_form(
        request,
        form,
        write,
        refusals=ProjectError,
        title="编辑批次",
        message="批次已保存。",
        editing=editing,
        refresh="page",
        back=reverse("projects:batch_detail", args=[pk]),
    )


@requires("projects.edit")
def batch_add(request: UserRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(batches_editable_by(request.user), pk=pk)
    if answer := _shut(request, batch):
        return answer
    form = AddProjectsForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        regime=projects_in(pk)[0].regime,
    )

    def write() -> object:
        return add_projects(
            batch=batch,
            projects=form.cleaned_data["projects"],
            actor=request.user,
            now=timezone.now(),
        )

    title = "加入项目"
    return drawer_form(
        request,
        form,
        write,
        refusals=ProjectError,
        title=title,
        message="项目已加入批次。",
        refresh="page",
        back=reverse("projects:batch_detail", args=[pk]),
    )


def _shut(request: UserRequest, batch: ProjectBatch) -> HttpResponse | None:
    """Answer a form of a batch that is wholly archived."""
    members = projects_in(batch.pk)
    return shut(request, members[0], is_open=not all(one.is_archived for one in members))


@require_POST
@requires("projects.edit")
def batch_remove(request: UserRequest, pk: int, project_pk: int) -> HttpResponse:
    return _with_member(request, pk, project_pk, remove_project, "已移出批次。")


@require_POST
@requires("projects.edit")
def batch_lead(request: UserRequest, pk: int, project_pk: int) -> HttpResponse:
    return _with_member(request, pk, project_pk, choose_lead, LEADS)


def _with_member(
    request: UserRequest, pk: int, project_pk: int, change: Callable[..., object], message: str
) -> HttpResponse:
    batch = get_object_or_404(batches_editable_by(request.user), pk=pk)
    project = get_object_or_404(projects_in(batch.pk), pk=project_pk)
    try:
        change(project=project, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    return saved(message, refresh="page")


@require_POST
@requires("projects.edit")
def batch_dissolve(request: UserRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(batches_editable_by(request.user), pk=pk)
    try:
        dissolve_batch(batch=batch, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    messages.success(request, f"批次「{batch}」已解散，各项目恢复为单独抽取。")
    return HttpResponseClientRedirect(reverse("projects:batch_list"))
