"""The files of a project for the experts who take part in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.audit.services import record
from expertpool.core.fields import is_vouched
from expertpool.draws.models import Invitation
from expertpool.draws.queries.conflicts import is_gone
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of, subject_of
from expertpool.projects.enums import FileAudience


def files_of(invitation: Invitation, *, now: datetime) -> list[Attachment]:
    """Return the files of all projects for which the expert of ``invitation`` sits, and of their batch, that were
    meant for experts by whoever uploaded them; never what proves how they were drawn: a recording may show who
    else sits. None for who is told not to come, since he is out of the pool (docs/decisions/0270)."""
    if is_gone(invitation, now=now):
        return []
    projects = invitation.draw.covered
    batch = projects[0].batch
    return [
        row
        for one in (*filter(None, [batch]), *projects)
        for row in attachments_of(one, FileAudience.EXPERTS)
        # A file that somebody has led here is handed to nobody.
        if is_vouched(row)
    ]


@transaction.atomic
def note_expert_download(*, invitation: Invitation, attachment: Attachment, now: datetime) -> None:
    """Log that the expert of ``invitation`` takes a file of the project.

    The entry names his line, not him: names may still be sealed.
    """
    record(
        # Nobody signed in by the link, and a name in the log would break the seal.
        "file.download",
        actor=None,
        now=now,
        subject=subject_of(attachment),
        note=f"{attachment.name}（{invitation.draw.number} 第 {invitation.line} 行的专家）",
    )
