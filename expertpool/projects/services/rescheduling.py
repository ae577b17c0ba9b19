"""Another time or place for a review for which experts were drawn already."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record_change, snapshot
from expertpool.projects.models import Project
from expertpool.projects.services.application import FARTHEST, TOO_FAR
from expertpool.projects.services.state import approval_kept

MOVED = ("opening_at", "check_in_at", "place")


@transaction.atomic
def reschedule_project(
    *,
    project: Project,
    opening_at: datetime,
    place: str,
    reason: str,
    actor: User,
    now: datetime,
) -> None:
    """Move the review of an approved ``project``, whose row the caller has locked; logs it.

    The check-in moves by as much as the opening. What was approved stays approved: nothing else of
    the project may change so. Refuses (ValidationError) values that no project may have.
    """
    before = snapshot(project, *MOVED)
    with approval_kept(project):
        if project.check_in_at:
            project.check_in_at += opening_at - project.opening_at
        project.opening_at, project.place = opening_at, place
        if opening_at > now + FARTHEST:
            raise ValidationError({"opening_at": TOO_FAR})
        project.full_clean(validate_unique=False)
        project.save(update_fields=MOVED)
    record_change(
        "project.reschedule",
        actor=actor,
        now=now,
        subject=project,
        before=before,
        after=snapshot(project, *MOVED),
        note=reason,
    )
