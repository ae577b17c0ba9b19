"""Adding to the evidence of a draw."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.draws.forms.evidence import SuppliedForm
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.supplied import keep_supplied
from expertpool.files.exceptions import FileRefused
from expertpool.projects.exceptions import ProjectArchived


@requires("draws.run")
def supply(request: UserRequest, pk: int) -> HttpResponse:
    """Keep the signed sheet or a film of the room with a draw (drawer)."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    back = reverse("projects:detail", args=[draw.project_id]) + "?tab=evidence"
    if request.method == "GET" and draw.project.is_archived:
        return not_opened(request, ARCHIVED, back=back)
    form = SuppliedForm(*posted(request))

    def write() -> None:
        keep_supplied(
            draw=draw, files=form.cleaned_data["materials"], actor=request.user, now=timezone.now()
        )

    return drawer_form(
        request,
        form,
        write,
        title=f"上传存证：{draw.number}",
        message="已存证。",
        submit_label="上传",
        refresh="page",
        refusals=(FileRefused, ProjectArchived),
        at="materials",
        back=back,
        template="draws/supply_form.html",
    )
