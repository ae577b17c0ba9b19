"""The roles of the panel."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.draws.exceptions import RolesRefused
from expertpool.draws.forms.picking import PanelRolesForm
from expertpool.draws.queries.draws import draws_visible_to, panel_of
from expertpool.draws.services.names import read_panel
from expertpool.draws.services.panel_roles import seated_lines, set_panel_roles


@requires("draws.run")
def panel_roles(request: UserRequest, pk: int) -> HttpResponse:
    """Set the roles of all who sit, at once (drawer); blind by line while names are sealed."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.run"), pk=pk)
    lines, now = seated_lines(draw), timezone.now()
    if not lines:
        return refused("还没有在席的专家，不能设置角色。")
    rows = read_panel(draws=panel_of(draw), actor=request.user, now=now, purpose="设置角色")
    names = {row.invitation.pk: row.expert.name for row in rows}
    data = request.POST if request.method == "POST" else None
    form = PanelRolesForm(data, lines=lines, names=names)
    if form.is_valid():
        try:
            set_panel_roles(draw=draw, roles=form.roles, actor=request.user, now=now)
        except RolesRefused as error:
            form.add_error(None, str(error))
        else:
            return saved("角色已设置。", refresh="page")
    context = {"form": form, "title": "设置评审组角色"}
    status = 422 if form.is_bound else 200
    return render(request, "core/drawer_form.html", context, status=status)
