"""What people keep with a draw as evidence beside what the system makes: the signed sheet, a film of the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.draws.enums import SUPPLIED
from expertpool.draws.models import Draw
from expertpool.files.models import Attachment
from expertpool.files.services import Received, attach, receive
from expertpool.projects.services.state import lock_open_project


def keep_supplied(
    *, draw: Draw, files: Sequence[UploadedFile], actor: User, now: datetime
) -> list[Attachment]:
    """Keep ``files`` with ``draw``: read by whoever may read its names, never removed, never shown to experts.
    Logs each (file.attach, with its SHA-256).

    Refuses an archived project (ProjectArchived) and files that cannot be taken (files.FileRefused); then none
    of them is kept.
    """
    received = [receive(file, subject_type=Draw, actor=actor, now=now) for file in files]
    return _keep(draw, received, actor, now)


@transaction.atomic
def _keep(draw: Draw, received: Sequence[Received], actor: User, now: datetime) -> list[Attachment]:
    lock_open_project(draw.project)
    return [
        attach(
            subject=draw, uploaded_file=one, kind=SUPPLIED, as_evidence=True, actor=actor, now=now
        )
        for one in received
    ]
