"""The projects of a draw: those of one batch, or one. What happens to the draw happens to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.enums import RUNNING, DrawStatus, InvitationState
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, DrawProject, VoidRequest
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.sitting import lines_in, lines_of
from expertpool.projects.enums import DRAW_TRANSITIONS, DrawState
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
    """Move every project of ``draw``, whose status was just stored, to the state of its panel; return that
    for the meetings to come. Of one that has begun it is what its own review had."""
    draws = valid_draws(draw.project)
    panel = _state_of(draws)
    projects = sorted(draw.covered, key=lambda one: one.pk)  # as rows are locked
    if draws != [
        draw
    ]:  # another one of the panel, which has copies of its own, may just have moved them
        stored = Project.objects.filter(pk__in=[one.pk for one in projects])
        states = dict(stored.values_list("pk", "draw_state"))
        for project in projects:
            project.draw_state = states[project.pk]
    for project in projects:
        begun = project.opening_at <= now and any(one.ordered_at for one in draws)
        new = _state_once_begun(draws, project) if begun else panel
        if project.draw_state == new:
            continue
        if new not in DRAW_TRANSITIONS[project.draw_state]:
            set_draw_state(project, DrawState.DRAWING, actor=actor, now=now)
        set_draw_state(project, new, actor=actor, now=now)
    return panel


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


def _state_once_begun(draws: Sequence[Draw], project: Project) -> DrawState:
    """The same of a project whose review has begun: nobody comes to it any more, and once it is over nobody
    leaves it (`queries.sitting`)."""
    states = [one.state for one in lines_in(project, lines_of(draws)) if not one.is_standby]
    if InvitationState.INVITED in states:
        return DrawState.DRAWING
    if states.count(InvitationState.ACCEPTED) < draws[0].rule.seats:
        return DrawState.UNSATISFIED
    if project.draw_state in (DrawState.SUCCESS, DrawState.SUCCESS_SUPPLEMENT):
        return DrawState(project.draw_state)
    is_more = len(draws) > 1 or draws[0].status == DrawStatus.SUCCESS_SUPPLEMENT
    return DrawState.SUCCESS_SUPPLEMENT if is_more else DrawState.SUCCESS


def superseded(projects: Sequence[Project], widens: Draw | None = None) -> list[VoidRequest]:
    """Return why earlier draws of any of ``projects`` were voided, the latest first; of a draw that
    widens another only those that widened the same."""
    rows = VoidRequest.objects.filter(draw__projects__in=projects, agreed=True)
    if widens is not None:
        rows = rows.filter(draw__widens=widens)
    # One of a batch is found once for each of its projects.
    return list(rows.select_related("draw").order_by("-pk").distinct())
