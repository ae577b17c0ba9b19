"""Where a project stands, in order: on the road to approval, then on that of its draw."""

from __future__ import annotations

from django.db.models import Case, CharField, When

from expertpool.projects.enums import DrawState, ProjectStatus

STAGES: dict[str, str] = {
    **{
        status.value: str(status.label)
        for status in (ProjectStatus.DRAFT, ProjectStatus.PENDING, ProjectStatus.REJECTED)
    },
    **{state.value: str(state.label) for state in DrawState},
    ProjectStatus.ARCHIVED.value: str(ProjectStatus.ARCHIVED.label),
}
STAGE = Case(
    When(status=ProjectStatus.APPROVED, then="draw_state"),
    default="status",
    output_field=CharField(),
)
