"""The projects of a draw: those of one batch, or one. What happens to the draw happens to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.enums import RUNNING
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, DrawProject, VoidRequest
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.projects.enums import DrawState
from expertpool.projects.exceptions import ProjectError
from expertpool.projects.models import Project
from expertpool.projects.services.batches import lock_members
from expertpool.projects.services.state import set_draw_state


def lock_projects(project: Project) -> list[Project]:
    """Lock all projects that are drawn with ``project``, the one with the plan first.

    Nobody joins or leaves their batch until the transaction ends. Raises DrawNotReady when
    somebody just did.
    """
    try:
        return lock_members(project)
    except ProjectError as error:
        raise DrawNotReady(str(error)) from error


def cover(draw: Draw, projects: Sequence[Project]) -> None:
    """Store for which projects a new ``draw`` is; raises IntegrityError when one has a valid draw."""
    DrawProject.objects.bulk_create(DrawProject(draw=draw, project=one) for one in projects)


def move_projects(draw: Draw, *, actor: User | None, now: datetime) -> DrawState:
    """Move every project of ``draw``, whose status was just stored, to the state of its panel; return it."""
    new = _state_of(valid_draws(draw.project))
    for project in sorted(draw.covered, key=lambda one: one.pk):  # as rows are locked
        if project.draw_state != new:
            set_draw_state(project, new, actor=actor, now=now)
    return new


def _state_of(draws: Sequence[Draw]) -> DrawState:
    """The draw state of a project whose panel ``draws`` find together.

    A draw alone says it itself. Of several, each ends as it ended in its record; together they are
    short as long as a seat of the panel is free, and otherwise completed by a supplement.
    """
    if not draws:
        return DrawState.NOT_DRAWN
    if any(draw.status in RUNNING for draw in draws):
        return DrawState.DRAWING
    if len(draws) == 1:
        return DrawState(draws[0].status)
    lacking = board_of(*draws).lacking
    return DrawState.UNSATISFIED if lacking else DrawState.SUCCESS_SUPPLEMENT


def superseded(projects: Sequence[Project], widens: Draw | None = None) -> list[VoidRequest]:
    """Return why earlier draws of any of ``projects`` were voided, the latest first; of a draw that
    widens another only those that widened the same."""
    rows = VoidRequest.objects.filter(draw__projects__in=projects, agreed=True)
    if widens is not None:
        rows = rows.filter(draw__widens=widens)
    # One of a batch is found once for each of its projects.
    return list(rows.select_related("draw").order_by("-pk").distinct())
