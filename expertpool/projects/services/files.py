"""The files of a project: closed once it is archived, and removed in bulk by right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.core.bulk import BulkResult, for_each
from expertpool.core.text import SAY_MORE, if_seen, is_reason
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import is_evidence
from expertpool.files.registry import FileSubject
from expertpool.files.services import remove_attachment
from expertpool.projects.enums import EvidenceKind, FileAudience, ProjectStatus
from expertpool.projects.exceptions import NoteRequired
from expertpool.projects.models import ProgressEntry, Project
from expertpool.projects.queries.projects import (
    files_deletion_url,
    may_edit_files,
    may_view_entry_files,
    may_view_files,
)
from expertpool.projects.services.state import ARCHIVED, lock_project


def closed(project_id: str) -> str:
    """Say why the files of a project may not change; nothing while they may.

    Locks the project, so that nothing is stored after it was archived.
    """
    status = (
        Project.objects.select_for_update()
        .filter(pk=project_id)
        .values_list("status", flat=True)
        .first()
    )
    return ARCHIVED if status == ProjectStatus.ARCHIVED else ""


def entry_closed(entry_id: str) -> str:
    """Do `closed` for the files of a progress entry."""
    project_id = ProgressEntry.objects.values_list("project_id", flat=True).filter(pk=entry_id)
    return closed(str(project_id[0])) if project_id else ""


@transaction.atomic
def remove_files(
    *,
    project: Project,
    attachments: Iterable[Attachment],
    reason: str,
    actor: User,
    now: datetime,
) -> BulkResult:
    """Remove files of ``project`` by the right projects.delete_files, each with a log entry.

    Evidence stays until the project is archived: its draw may be disputed. Removing files that
    are no longer to be kept is the one thing that may still be done to an archived project.
    Refuses an empty ``reason`` (NoteRequired); what is refused of the files is in the result.
    """
    reason = if_seen(reason)
    if not is_reason(reason):
        raise NoteRequired(f"请填写删除的原因{SAY_MORE}。")
    # Read under the lock, since archiving is what evidence waits for.
    archived = lock_project(project).is_archived

    def remove(attachment: Attachment) -> None:
        if is_evidence(attachment) and not archived:
            raise FileRefused("是抽取证据，项目归档后才能删除。")
        remove_attachment(
            attachment=attachment, actor=actor, now=now, note=reason, even_closed=True
        )

    return for_each(attachments, remove, refusals=FileRefused)


PROJECT_FILES = FileSubject(
    "projects.project",
    may_view=may_view_files,
    may_edit=may_edit_files,
    closed=closed,
    evidence=dict(EvidenceKind.choices),
    choices=dict(FileAudience.choices),
    bulk_url=files_deletion_url,
)
ENTRY_FILES = FileSubject(
    "projects.progressentry",
    may_view=may_view_entry_files,
    may_edit=lambda user, subject_id: False,  # an entry never changes
    closed=entry_closed,
)
