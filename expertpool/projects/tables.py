"""How the list of projects is cut and ordered, and how a project's state is shown."""

from __future__ import annotations

from django.db.models import Q

from expertpool.core.views.listing import Tab
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project


def _approved(state: DrawState) -> Q:
    return Q(status=ProjectStatus.APPROVED, draw_state=state)


# First the road to approval, then the road of the draw.
TABS = (
    Tab("", "全部"),
    *(
        Tab(status.value, str(status.label), Q(status=status))
        for status in (ProjectStatus.DRAFT, ProjectStatus.PENDING, ProjectStatus.REJECTED)
    ),
    *(Tab(state.value, str(state.label), _approved(state)) for state in DrawState),
    Tab(ProjectStatus.ARCHIVED.value, "已归档", Q(status=ProjectStatus.ARCHIVED)),
)

SORTS = {
    "created": "created_at",
    "number": "number",
    "name": "name",
    "department": "department__path",
    "opening": "opening_at",
}

STATUS_TONES = {
    ProjectStatus.DRAFT: "grey",
    ProjectStatus.PENDING: "amber",
    ProjectStatus.APPROVED: "green",
    ProjectStatus.REJECTED: "red",
    ProjectStatus.ARCHIVED: "grey",
}
DRAW_TONES = {
    DrawState.NOT_DRAWN: "grey",
    DrawState.DRAWING: "blue",
    DrawState.SUCCESS: "green",
    DrawState.UNSATISFIED: "red",
    DrawState.SUCCESS_SUPPLEMENT: "green",
}


def state_pill(project: Project) -> tuple[str, str]:
    """Return label and tone of where the project stands: its approval, then its draw."""
    if project.status == ProjectStatus.APPROVED:
        draw_state = DrawState(project.draw_state)
        return str(draw_state.label), DRAW_TONES[draw_state]
    status = ProjectStatus(project.status)
    return str(status.label), STATUS_TONES[status]
