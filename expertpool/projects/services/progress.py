"""Reporting the progress of a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.files.services import Received, attach, receive
from expertpool.projects.models import ProgressEntry, Project
from expertpool.projects.services.state import lock_open_project


def add_progress(
    *, project: Project, text: str, files: Sequence[UploadedFile], actor: User, now: datetime
) -> ProgressEntry:
    """Add an entry with its files to the project's timeline; logs it. It never changes again.

    Refuses an archived project (ProjectArchived), an empty text (ValidationError) and files that
    cannot be taken (files.FileRefused); then nothing of it is kept.
    """
    received = [receive(file, subject_type=ProgressEntry, actor=actor, now=now) for file in files]
    return _add(project, text, received, actor, now)


@transaction.atomic
def _add(
    project: Project, text: str, files: Sequence[Received], actor: User, now: datetime
) -> ProgressEntry:
    project = lock_open_project(project)
    entry = ProgressEntry(project=project, text=text.strip(), at=now, author=actor)
    entry.full_clean()
    entry.save()
    # After it has its key, by which the files hang on it.
    for file in files:
        attach(subject=entry, uploaded_file=file, actor=actor, now=now)
    record(
        "project.progress",
        actor=actor,
        now=now,
        subject=project,
        after={"进展": entry.text, "附件": [one.file.name for one in files]},
    )
    return entry
