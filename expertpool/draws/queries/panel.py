"""The panel of a project, for code that comes after the draw: reviews, fees, ratings."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.draws.enums import RUNNING, SEATED_STATES, InvitationState, PanelRole
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import valid_draws
from expertpool.projects.models import Project


@dataclass(frozen=True)
class PanelMember:
    """Somebody who sits in the panel, or stands by for it.

    ``expert_id`` and ``name`` are empty until the names are released. From then on the code may use
    them; whether a person may read them is asked of `draws.services.names`.
    """

    invitation_id: int
    draw_id: int
    place: int  # in the panel, from 1; those who stand by come last
    group: str  # code of the condition group whose seat it is
    group_name: str
    role: PanelRole | None
    is_standby: bool
    has_agreed: bool  # otherwise he has not answered yet
    expert_id: int | None
    name: str


def members_of_panel(project: Project) -> list[PanelMember]:
    """Return who sits in the panel of ``project`` now, whichever of its draws found them."""
    draws = valid_draws(project)
    rows = Invitation.objects.filter(draw__in=draws, state__in=SEATED_STATES)
    found = rows.select_related("expert").order_by("draw_id", "line")
    names = draws[0].rule.group_names if draws else {}
    return [
        PanelMember(
            invitation_id=row.pk,
            draw_id=row.draw_id,
            place=place,
            group=row.group,
            group_name=names[row.group],
            role=PanelRole(row.panel_role) if row.panel_role else None,
            is_standby=row.is_standby,
            has_agreed=row.state == InvitationState.ACCEPTED,
            expert_id=row.expert_id,
            name=row.expert.name if row.expert else "",
        )
        # A stable sort: draws and lines stay in their order.
        for place, row in enumerate(sorted(found, key=lambda row: row.is_standby), start=1)
    ]


def panel_stands(project: Project) -> bool:
    """Tell whether the panel of ``project`` is settled: see the event `PanelSettled`."""
    draws = valid_draws(project)
    return bool(draws) and not any(draw.status in RUNNING for draw in draws)
