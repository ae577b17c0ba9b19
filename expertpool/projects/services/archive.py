"""Archiving a project: from then on nothing of it changes, and it is never drawn again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.core.events import publish
from expertpool.core.text import if_seen
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.events import ProjectIsArchived
from expertpool.projects.exceptions import NoteRequired, NotReadyToArchive
from expertpool.projects.models import Project
from expertpool.projects.queries.archive import why_not_archive
from expertpool.projects.services.state import lock_project, set_project_status


@transaction.atomic
def archive_project(*, project: Project, note: str, actor: User, now: datetime) -> None:
    """Archive a finished or abandoned project, for good; logs it and announces ProjectIsArchived.

    Finished: its draw has ended and its review is over, with that of every project of its batch;
    abandoned: it was sent back or approved, and has no valid draw. Refuses a missing note
    (NoteRequired), a project on which something still goes on or is open (NotReadyToArchive), and
    every other status (TransitionNotAllowed).
    """
    note = if_seen(note)
    if not note:
        raise NoteRequired("请填写归档说明，例如「评审已结束，资料齐全」。")
    # As whoever draws does: nobody begins a draw while it is asked whether one goes on.
    fresh = lock_project(project)
    # one that is archived already has its own refusal, by `set_project_status`
    if not fresh.is_archived and (why_not := why_not_archive(fresh, now=now)):
        raise NotReadyToArchive(why_not)
    set_project_status(
        fresh,
        ProjectStatus.ARCHIVED,
        action="project.archive",
        actor=actor,
        now=now,
        changes={"archived_at": now, "archived_by": actor, "archive_note": note},
        note=note,
    )
    publish(ProjectIsArchived(fresh.pk, actor.pk, now))
    # `fresh` was changed; the caller goes on with what he holds.
    project.refresh_from_db()
