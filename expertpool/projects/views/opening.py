"""Forms that are not opened: nobody types into what may no longer change."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from expertpool.core.responses import not_opened
from expertpool.projects.models import Project
from expertpool.projects.services.state import ARCHIVED


def shut(request: HttpRequest, project: Project, *, is_open: bool) -> HttpResponse | None:
    """Answer a form of ``project`` that is asked for while it is not open; None where it is. What is
    sent all the same, the service refuses."""
    if is_open or request.method != "GET":
        return None
    message = (
        ARCHIVED
        if project.is_archived
        else f"项目现为「{project.get_status_display()}」，不能更改；请先撤回为草稿。"
    )
    return not_opened(request, message, back=reverse("projects:detail", args=[project.pk]))
