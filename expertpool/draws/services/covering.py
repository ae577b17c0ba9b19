"""The projects of a draw: those of one batch, or one. What happens to the draw happens to each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, DrawProject, VoidRequest
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


def move_projects(draw: Draw, new: str, *, actor: User | None, now: datetime) -> None:
    """Move the draw state of every project of ``draw`` to ``new``; see `set_draw_state`."""
    for project in sorted(draw.covered, key=lambda one: one.pk):  # as rows are locked
        set_draw_state(project, new, actor=actor, now=now)


def superseded(projects: Sequence[Project]) -> list[VoidRequest]:
    """Return why earlier draws of any of ``projects`` were voided, the latest first."""
    rows = VoidRequest.objects.filter(draw__projects__in=projects, agreed=True)
    return list(rows.select_related("draw").order_by("-pk").distinct())
