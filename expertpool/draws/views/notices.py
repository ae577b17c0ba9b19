from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import picked_rows
from expertpool.core.views.reasons import reason_of
from expertpool.draws.forms.draw import NoticeFilter
from expertpool.draws.queries.tabs import notices_of
from expertpool.draws.services.notices import delete_notices
from expertpool.notifications.exceptions import DeletionRefused
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.queries.projects import projects_visible_to


@require_POST
@requires("notifications.delete")
def delete(request: UserRequest, pk: int) -> HttpResponse:
    """Delete the texts of the ticked notices of a project."""
    project = get_object_or_404(projects_visible_to(request.user), pk=pk)
    picked = list(picked_rows(request, notices_of(project), form=NoticeFilter, by="uid"))
    try:
        deleted = delete_notices(
            project=project,
            messages=picked,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except (ProjectError, DeletionRefused) as refusal:
        return refused(str(refusal))
    left = len(picked) - deleted
    told = f"已删除 {deleted} 条通知。"
    if left:
        told += f"{left} 条尚未发送完毕或早已删除，没有处理。"
    return saved(told, refresh="page") if deleted else refused(told)
