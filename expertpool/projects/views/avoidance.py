from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.application import AvoidanceForm
from expertpool.projects.queries import projects_editable_by
from expertpool.projects.services.avoidance import add_avoidance, remove_avoidance
from expertpool.projects.views.opening import shut


@requires("projects.edit")
def add(request: UserRequest, pk: int, subject: str) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    if subject not in AvoidanceSubject.values:
        raise Http404
    if answer := shut(request, project, is_open=project.is_open):
        return answer
    form = AvoidanceForm(
        request.POST if request.method == "POST" else None,
        subject=subject,
        initial={"role": request.GET.get("role", "")},
    )

    def write() -> None:
        add_avoidance(
            project=project,
            data=form.data_for_service(),
            actor=request.user,
            now=timezone.now(),
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"添加{AvoidanceSubject(subject).label}",
        message="已添加回避。"
        if project.is_editable
        else "已添加回避；项目已审核通过，要移除须撤回重新审核。",
        refresh="page",
        refusals=ProjectError,
        back=reverse("projects:detail", args=[pk]),
    )


@require_POST
@requires("projects.edit")
def remove(request: UserRequest, pk: int, avoidance_pk: int) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    avoidance = get_object_or_404(project.avoidances, pk=avoidance_pk)
    try:
        remove_avoidance(avoidance=avoidance, actor=request.user, now=timezone.now())
    except ProjectError as error:
        return refused(str(error))
    return saved("已移除回避。", refresh="page")
