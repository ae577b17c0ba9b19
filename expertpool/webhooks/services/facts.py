"""What other platforms are told of a fact: ids, numbers and states, no names.

Of a draw whose names are sealed they are told as the public page tells it: what experts did, and what
followed, to the hour, and not before that hour is over (docs/decisions/0088).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from expertpool.core.jobs import defer
from expertpool.core.text import hour_of
from expertpool.draws.enums import INVALID
from expertpool.draws.models import Draw, Invitation
from expertpool.projects.models import Project
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.services.announcing import announce, is_wanted

Data = dict[str, Any]
HOUR = timedelta(hours=1)


def tell(event: EventCode, pk: int, *, now: datetime) -> None:
    """Announce ``event`` of the row ``pk`` that has just happened: at once, or when its hour is over."""
    if not is_wanted(event):
        return  # as a rule: nothing is asked about the row then
    if not _is_held(event, pk):
        _announce(event, pk, at=now, now=now)
    else:
        hour = hour_of(now)
        defer(
            "webhooks.tell_hour",
            at=hour + HOUR,
            event=event.value,
            about_id=pk,
            hour=hour.isoformat(),
        )


def tell_hour(*, event: EventCode, pk: int, hour: datetime, now: datetime) -> None:
    """Announce, as it stands ``now``, what happened in the ``hour`` that is over: once, however often it
    happened then or this is called."""
    if event == EventCode.DRAW_ENDED:
        ended = _draw(pk).ended_at
        if ended is None or hour_of(ended) > hour:
            return  # it goes on again, or ended anew: that is told by itself
    _announce(event, pk, at=hour, now=now)


def _announce(event: EventCode, pk: int, *, at: datetime, now: datetime) -> None:
    announce(event=event, data=lambda: _DATA[event](pk), at=at, now=now, key=_key(event, pk))


def _key(event: EventCode, pk: int) -> str:
    """Return what tells the fact from others of its kind that are told twice or late; empty for the rest."""
    match event:
        case EventCode.DRAW_ENDED:
            return f"{event}:{pk}:{_moment(_draw(pk).ended_at)}"
        case EventCode.INVITATION_ANSWERED:
            row = Invitation.objects.get(pk=pk)
            return f"{event}:{pk}:{row.state}:{_moment(row.replied_at)}"
    return ""


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _is_held(event: EventCode, pk: int) -> bool:
    """Tell whether it follows from what an expert did while names are sealed."""
    match event:
        case EventCode.INVITATION_ANSWERED:
            return Draw.objects.get(invitations=pk).released_at is None
        case EventCode.DRAW_ENDED:  # voided or given up, it was ended by hand
            draw = _draw(pk)
            return draw.released_at is None and draw.status not in INVALID
    return False


def _draw(pk: int) -> Draw:
    return Draw.objects.select_related("project").get(pk=pk)


def _approved(pk: int) -> Data:
    return _project(Project.objects.get(pk=pk))


def _sealed(pk: int) -> Data:
    draw = _draw(pk)
    return _of_draw(draw) | {"seal": draw.seal}


def _ended(pk: int) -> Data:
    return _of_draw(_draw(pk))


def _released(pk: int) -> Data:
    draw = _draw(pk)
    # How many there were comes with the names: before, it helps to find out who sits elsewhere.
    return _of_draw(draw) | {"candidate_count": draw.candidate_count}


def _answered(pk: int) -> Data:
    invitation = Invitation.objects.select_related("draw__project").get(pk=pk)
    more = {"line": invitation.line, "group": invitation.group, "state": invitation.told_state}
    return _of_draw(invitation.draw) | more


def _project(project: Project) -> Data:
    return {"project_id": project.pk, "project_number": project.number}


def _of_draw(draw: Draw) -> Data:
    own = {
        "draw_id": draw.pk,
        "draw_number": draw.number,
        "status": draw.status,
        "project_numbers": list(draw.rule.projects),
    }
    return _project(draw.project) | own


_DATA: dict[EventCode, Callable[[int], Data]] = {
    EventCode.PROJECT_APPROVED: _approved,
    EventCode.DRAW_SEALED: _sealed,
    EventCode.INVITATION_ANSWERED: _answered,
    EventCode.DRAW_ENDED: _ended,
    EventCode.NAMES_RELEASED: _released,
}
