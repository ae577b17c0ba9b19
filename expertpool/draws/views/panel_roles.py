"""The roles of the panel."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import RolesRefused
from expertpool.draws.forms.picking import PanelRolesForm
from expertpool.draws.models import Draw
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.draws import draws_visible_to, panel_of
from expertpool.draws.queries.obstacles import NOBODY_SITS
from expertpool.draws.services.names import read_panel
from expertpool.draws.services.panel_roles import seated_lines, set_panel_roles
from expertpool.projects.models import Project


@requires("draws.run")
def panel_roles(request: UserRequest, pk: int) -> HttpResponse:
    """Set the roles of all who sit, at once (drawer); blind by line while names are sealed."""
    editing = Editing(request, Edits((Draw, [pk]), action="draw.roles"))
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    lines, now = seated_lines(draw), timezone.now()
    back = reverse("draws:detail", args=[pk])
    # What is typed already stays: the service says the same above the form.
    may = actions_for(draw, request.user, now=now)[ActionCode.SET_ROLES]
    if request.method == "GET" and may.why_not:
        return not_opened(request, may.why_not, back=back)
    if not lines:
        return not_opened(request, may.why_not or NOBODY_SITS, back=back)
    rows = read_panel(draws=panel_of(draw), actor=request.user, now=now, purpose="设置角色")
    names = {row.invitation.pk: row.expert.name for row in rows}
    data = request.POST if request.method == "POST" else None
    form = PanelRolesForm(data, lines=lines, names=names)

    def write() -> None:
        set_panel_roles(draw=draw, roles=form.roles, actor=request.user, now=now)

    return drawer_form(
        request,
        form,
        write,
        title="设置评审组角色",
        message="角色已设置。",
        editing=editing,
        refresh="page",
        refusals=RolesRefused,
        back=back,
        template="draws/panel_roles_form.html",
        over=_over(draw, now),
    )


def _over(draw: Draw, now: datetime) -> list[Project]:
    """The projects whose roles are set no more: their review is over, and another is not."""
    over = [one for one in draw.covered if one.closing_at <= now]
    return over if len(over) < len(draw.covered) else []
