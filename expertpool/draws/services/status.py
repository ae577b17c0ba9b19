"""The only door of a draw's status. The table of what may follow what is in `draws.enums`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from expertpool.accounts.models import User
from expertpool.core.events import publish
from expertpool.core.jobs import defer
from expertpool.draws.enums import RUNNING, DrawStatus, next_statuses
from expertpool.draws.events import DrawEnded, PanelSettled
from expertpool.draws.exceptions import DrawInProgress
from expertpool.draws.models import Draw, EmergencyRequest, WideningRequest
from expertpool.draws.queries.clock import pause_of
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.services.covering import move_projects
from expertpool.draws.services.pauses import finish_pause
from expertpool.projects.enums import DrawState
from expertpool.workflow.queries.asking import OPEN
from expertpool.workflow.services.two_persons import end_with_subject

CHANGED = "抽取状态刚刚被他人改动，请刷新页面查看最新情况后再操作。"


def set_draw_status(
    draw: Draw,
    new: DrawStatus,
    *,
    actor: User | None,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    """Move ``draw`` to the status ``new``, with the time that belongs to it and further
    ``changes``, and its projects to the state of their panel. The caller holds the draw's row lock
    and logs why.

    Announces DrawEnded when it goes on no more, and PanelSettled when its panel stands. Raises
    DrawInProgress for a change outside the table, or when the row no longer has the status that
    the caller saw.
    """
    old = draw.status
    if new not in next_statuses(draw.kind, old):
        message = f"抽取现为「{draw.status_label}」，不能改为「{new.label}」。"
        raise DrawInProgress(message)
    values = {"status": new, "ended_at": None if new in RUNNING else now, **(changes or {})}
    if old == DrawStatus.SEALED and new == DrawStatus.INVITING:
        values["ordered_at"] = now
    if not Draw.objects.filter(pk=draw.pk, status=old).update(**values):
        raise DrawInProgress(CHANGED)
    for name, value in values.items():
        setattr(draw, name, value)
    if new != DrawStatus.INVITING:  # what does not run is not paused
        while (pause := pause_of(draw)) is not None:
            finish_pause(pause, by=None, now=now)
    state = move_projects(draw, actor=actor, now=now)
    _end_requests(draw, state, now=now)
    if new not in RUNNING:
        publish(DrawEnded(draw.pk))
        if draw.ordered_at is not None and draw.released_at is None:  # waited for its answers
            defer("draws.release_names", at=max(draw.reveal_at, now), draw_id=draw.pk)
        if old != DrawStatus.SEALED or draw.widens_id is not None:  # nobody was on it
            announce_panel(draw)


def _end_requests(draw: Draw, state: DrawState, *, now: datetime) -> None:
    """End what nothing can come of any more: an emergency of a draw that ended, more for a panel that
    lacks nobody."""
    if draw.status not in RUNNING:
        why = f"抽取已是「{draw.status_label}」"
        end_with_subject(EmergencyRequest, draw, why=why, now=now)
    if state in (DrawState.SUCCESS, DrawState.SUCCESS_SUPPLEMENT):
        for asked in WideningRequest.objects.filter(OPEN, draw__project=draw.project_id):
            end_with_subject(WideningRequest, asked.draw, why="席位已经补足", now=now)


def announce_panel(draw: Draw) -> None:
    """Announce PanelSettled for the projects of ``draw``, unless somebody is still being found."""
    draws = valid_draws(draw.project)
    if not any(one.status in RUNNING for one in draws):
        projects = tuple(project.pk for project in draw.covered)
        publish(PanelSettled(projects, tuple(one.pk for one in draws)))
