from __future__ import annotations

from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import Draw
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.services.state import lock_project


def lock_draw(draw_id: int, *, archived: DrawError) -> Draw:
    """Lock a draw's row, then its project's: what changes one draw happens one after the other,
    and nothing is written once the project is archived, which takes the same lock.

    Raises ``archived``, the caller's words, when it is.
    """
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    draw.project = lock_project(draw.project)
    if draw.project.status == ProjectStatus.ARCHIVED:
        raise archived
    return draw
