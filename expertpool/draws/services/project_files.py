"""The files of a project for the experts who take part in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.audit.services import record
from expertpool.draws.models import Invitation
from expertpool.files.models import Attachment


@transaction.atomic
def note_expert_download(*, invitation: Invitation, attachment: Attachment, now: datetime) -> None:
    """Log that the expert of ``invitation`` takes a file of the project.

    The entry names his line, not him: names may still be sealed.
    """
    record(
        "file.download",
        actor=None,
        now=now,
        subject=invitation.draw.project,
        note=f"{attachment.name}（{invitation.draw.number} 第 {invitation.line} 行的专家）",
    )
