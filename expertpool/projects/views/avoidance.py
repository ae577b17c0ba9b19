from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.projects.enums import AvoidanceSubject
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.forms.application import AvoidanceForm
from expertpool.projects.queries import projects_editable_by
from expertpool.projects.services.avoidance import add_avoidance, remove_avoidance


@requires("projects.edit")
def add(request: UserRequest, pk: int, subject: str) -> HttpResponse:
    project = get_object_or_404(projects_editable_by(request.user), pk=pk)
    if subject not in AvoidanceSubject.values:
        raise Http404
    form = AvoidanceForm(
        request.POST if request.method == "POST" else None,
        subject=subject,
        initial={"role": request.GET.get("role", "")},
    )
    if form.is_valid():
        try:
            add_avoidance(
                project=project,
                data=form.data_for_service(),
                actor=request.user,
                now=timezone.now(),
            )
        except ProjectError as error:
            return refused(str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return saved("已添加回避。", refresh="page")
    context = {"form": form, "title": f"添加{AvoidanceSubject(subject).label}"}
    status = 422 if form.is_bound else 200
    return render(request, "core/drawer_form.html", context, status=status)


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
