"""What lower apps announce, as other platforms are told: ids, numbers and states, no names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from expertpool.draws.events import DrawEnded, DrawSealed, InvitationAnswered, NamesReleased
from expertpool.draws.models import Draw, Invitation
from expertpool.projects.events import ProjectApproved
from expertpool.projects.models import Project
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.services.announcing import announce


def project_approved(event: ProjectApproved) -> None:
    _tell(EventCode.PROJECT_APPROVED, lambda: _approved(event.project_id))


def draw_sealed(event: DrawSealed) -> None:
    _tell(EventCode.DRAW_SEALED, lambda: _sealed(event.draw_id))


def draw_ended(event: DrawEnded) -> None:
    _tell(EventCode.DRAW_ENDED, lambda: _of_draw(_draw(event.draw_id)))


def names_released(event: NamesReleased) -> None:
    _tell(EventCode.NAMES_RELEASED, lambda: _released(event.draw_id))


def invitation_answered(event: InvitationAnswered) -> None:
    _tell(EventCode.INVITATION_ANSWERED, lambda: _answered(event.invitation_id))


def _tell(code: EventCode, data: Callable[[], dict[str, Any]]) -> None:
    # Events carry no time of their own: they are announced when they happen.
    announce(event=code, data=data, now=timezone.now())


def _approved(project_id: int) -> dict[str, Any]:
    return _project(Project.objects.get(pk=project_id))


def _sealed(draw_id: int) -> dict[str, Any]:
    draw = _draw(draw_id)
    return _of_draw(draw) | {"seal": draw.seal}


def _released(draw_id: int) -> dict[str, Any]:
    draw = _draw(draw_id)
    # How many there were comes with the names: before, it helps to find out who sits elsewhere.
    return _of_draw(draw) | {"candidate_count": draw.candidate_count}


def _answered(invitation_id: int) -> dict[str, Any]:
    invitation = Invitation.objects.select_related("draw__project").get(pk=invitation_id)
    more = {"line": invitation.line, "group": invitation.group, "state": invitation.state}
    return _of_draw(invitation.draw) | more


def _draw(pk: int) -> Draw:
    return Draw.objects.select_related("project").get(pk=pk)


def _project(project: Project) -> dict[str, Any]:
    return {"project_id": project.pk, "project_number": project.number}


def _of_draw(draw: Draw) -> dict[str, Any]:
    own = {
        "draw_id": draw.pk,
        "draw_number": draw.number,
        "status": draw.status,
        "project_numbers": list(draw.rule.projects),
    }
    return _project(draw.project) | own
