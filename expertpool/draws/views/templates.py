"""Condition templates: keep the groups of the plan page under a name, list and delete them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.criteria import CriteriaError
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.draws.exceptions import DrawError
from expertpool.draws.forms.plan import GROUP, GroupsForm
from expertpool.draws.queries.templates import templates_for
from expertpool.draws.services.templates import delete_template, save_template


@require_safe
@requires("draws.plan")
def templates(request: UserRequest) -> HttpResponse:
    """The drawer that lists them."""
    return render(request, "draws/templates.html", {"templates": templates_for(request.user)})


@require_POST
@requires("draws.plan")
def keep(request: UserRequest) -> HttpResponse:
    """Keep the groups of the posted plan page as a template; the plan itself is not saved."""
    groups = GroupsForm(GROUP.posted(request.POST), user=request.user, data=request.POST)
    if not groups.is_valid():
        return refused(groups.fault or "请先填好各条件组的名称、人数和条件，再存为模板。")
    try:
        template = save_template(
            name=request.POST.get("template_name", ""),
            groups=groups.data_for_service(),
            shared="template_shared" in request.POST,
            actor=request.user,
            now=timezone.now(),
        )
    except (CriteriaError, DrawError) as error:
        return refused(str(error))
    return saved(f"已存为模板「{template.name}」。", refresh="")


@require_POST
@requires("draws.plan")
def delete(request: UserRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(templates_for(request.user), pk=pk)
    try:
        delete_template(template=template, actor=request.user, now=timezone.now())
    except DrawError as error:
        return refused(str(error))
    return saved("模板已删除。", refresh="")
