from __future__ import annotations

from expertpool.draws.models import Draw
from expertpool.projects.services.state import lock_project


def lock_draw(draw_id: int) -> Draw:
    """Lock a draw's row, then its project's: what changes one draw happens one after the other,
    and nothing is written once the project is archived, which takes the same lock.

    The caller refuses an archived project.
    """
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    draw.project = lock_project(draw.project)
    return draw
