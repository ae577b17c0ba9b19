"""What lower apps announce, as other platforms are told: ids, numbers and states, no names."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from expertpool.draws.events import DrawEnded, DrawSealed, InvitationAnswered, NamesReleased
from expertpool.draws.models import Draw, Invitation
from expertpool.projects.events import ProjectApproved
from expertpool.projects.models import Project
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.services.announcing import announce


def project_approved(event: ProjectApproved) -> None:
    _tell(EventCode.PROJECT_APPROVED, _project(Project.objects.get(pk=event.project_id)))


def draw_sealed(event: DrawSealed) -> None:
    draw = _draw(event.draw_id)
    more = {"seal": draw.seal, "candidate_count": draw.candidate_count}
    _tell(EventCode.DRAW_SEALED, _of_draw(draw) | more)


def draw_ended(event: DrawEnded) -> None:
    _tell(EventCode.DRAW_ENDED, _of_draw(_draw(event.draw_id)))


def names_released(event: NamesReleased) -> None:
    _tell(EventCode.NAMES_RELEASED, _of_draw(_draw(event.draw_id)))


def invitation_answered(event: InvitationAnswered) -> None:
    invitation = Invitation.objects.select_related("draw__project").get(pk=event.invitation_id)
    more = {"line": invitation.line, "group": invitation.group, "state": invitation.state}
    _tell(EventCode.INVITATION_ANSWERED, _of_draw(invitation.draw) | more)


def _tell(code: EventCode, data: dict[str, Any]) -> None:
    announce(event=code, data=data, now=timezone.now())


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
