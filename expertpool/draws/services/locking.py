from __future__ import annotations

from expertpool.core.prepared import Given, Prepared
from expertpool.draws.exceptions import DrawError, DrawInProgress
from expertpool.draws.models import Draw
from expertpool.draws.queries.draws import valid_draws
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_project

# Of itself: the join would lock one project of a batch before those with lower keys.
_locked = Prepared(
    lambda: (
        Draw.objects.select_for_update(of=("self",))
        .select_related("project")
        .filter(pk=Given("draw"))
        .order_by()
    )
)


def lock_draw(draw_id: int, *, archived: DrawError) -> Draw:
    """Lock a draw's row, then its projects': what changes one draw happens one after the other,
    and nothing is written once a project is archived, which takes the same lock.

    Raises ``archived``, the caller's words, when one is.
    """
    draw: Draw | None = _locked.first(draw=draw_id)
    if draw is None:
        raise Draw.DoesNotExist
    if draw.is_shared:
        # By key, as everybody who locks several: in two orders two would wait for each other.
        rows = Project.objects.select_for_update().filter(pk__in=[one.pk for one in draw.covered])
        projects = {row.pk: row for row in rows.order_by("pk")}
        draw.project = projects[draw.project_id]
    else:
        draw.project = lock_project(draw.project)
        projects = {draw.project_id: draw.project}
    if any(project.is_archived for project in projects.values()):
        raise archived
    return draw


def lock_panel(draw: Draw, *, archived: DrawError) -> list[Draw]:
    """Do `lock_draw` for all valid draws that find the panel of ``draw``, the first one first; for an
    invalid one alone. Raises DrawInProgress when one came or went just now."""
    keys = [one.pk for one in valid_draws(draw.project)]
    if draw.pk not in keys:
        return [lock_draw(draw.pk, archived=archived)]
    # All of them before any project: who holds one of them may wait for the projects.
    list(Draw.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    draws = [lock_draw(pk, archived=archived) for pk in keys]
    if [one.pk for one in valid_draws(draw.project)] != keys:
        raise DrawInProgress("抽取刚刚有变动，请刷新页面查看最新情况后再操作。")
    return draws
