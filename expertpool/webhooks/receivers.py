"""What lower apps announce and other platforms are told."""

from __future__ import annotations

from django.utils import timezone

from expertpool.draws.events import DrawEnded, DrawSealed, InvitationAnswered, NamesReleased
from expertpool.experts.events import (
    ExpertEntered,
    ExpertsImported,
    LeaveFiled,
    StatusChanged,
)
from expertpool.projects.events import ProjectApproved
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.services import experts
from expertpool.webhooks.services.facts import tell


def project_approved(event: ProjectApproved) -> None:
    _tell(EventCode.PROJECT_APPROVED, event.project_id)


def draw_sealed(event: DrawSealed) -> None:
    _tell(EventCode.DRAW_SEALED, event.draw_id)


def draw_ended(event: DrawEnded) -> None:
    _tell(EventCode.DRAW_ENDED, event.draw_id)


def names_released(event: NamesReleased) -> None:
    _tell(EventCode.NAMES_RELEASED, event.draw_id)


def invitation_answered(event: InvitationAnswered) -> None:
    _tell(EventCode.INVITATION_ANSWERED, event.invitation_id)


def expert_entered(event: ExpertEntered) -> None:
    experts.tell_entered(event.expert_id, now=timezone.now())


def experts_imported(event: ExpertsImported) -> None:
    experts.tell_imported(event.count, now=timezone.now())


def status_changed(event: StatusChanged) -> None:
    experts.tell_status(
        event.expert_ids,
        action=event.action,
        before=event.before,
        after=event.after,
        now=timezone.now(),
    )


def leave_filed(event: LeaveFiled) -> None:
    experts.tell_leave(event.leave_id, now=timezone.now())


def _tell(code: EventCode, pk: int) -> None:
    # Events carry no time of their own: they are announced when they happen.
    tell(code, pk, now=timezone.now())
