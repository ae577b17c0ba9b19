"""What is looked at of a file that comes in, before anything of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import UploadedFile
from django.db import models

from expertpool.core.scanning import ScanRefused, scan
from expertpool.core.sizes import MEGABYTE
from expertpool.files.exceptions import FileRefused
from expertpool.files.registry import file_subject
from expertpool.files.services.quotas import refuse_full_store
from expertpool.files.validators import FileType, detect_type


@dataclass(frozen=True)
class Received:
    """A file that may be stored: ``held`` still has to be scanned, ``ours`` the system has made itself."""

    file: UploadedFile
    type: FileType
    held: bool = False
    ours: bool = False


def receive(
    uploaded_file: UploadedFile,
    *,
    subject_type: type[models.Model],
    actor: Any,
    now: datetime,
    ours: bool = False,
) -> Received:
    """Look at a file for a row of ``subject_type``: its size, its content, and whether it has a virus.

    Call it before the transaction that stores the file: it takes its time, and a virus is logged and
    reported though nothing else is written. Refuses (FileRefused) empty and too large files, those whose
    content is of no accepted kind, what the whole store has no room for, and what the scanner finds or, where it gives no answer and the office
    or the kind of row wants it so, does not look at.
    """
    if not uploaded_file.size:
        raise FileRefused("文件是空的，请重新选择。")
    found = detect_type(_content(uploaded_file), uploaded_file.name or "")
    if uploaded_file.size > found.max_size:
        raise FileRefused(f"文件太大：这种文件最大 {found.max_size // MEGABYTE} MB。")
    if ours:
        return Received(uploaded_file, found, ours=True)
    refuse_full_store(uploaded_file.size)
    try:
        clean = scan(
            uploaded_file,
            name=uploaded_file.name or "",
            door=door_of(subject_type._meta.label_lower),
            user_id=actor.pk if actor else None,
            now=now,
            may_wait=file_subject(subject_type._meta.label_lower).may_wait,
        )
    except ScanRefused as refusal:
        raise FileRefused(str(refusal)) from None
    return Received(uploaded_file, found, held=not clean)


def our_archive(file: UploadedFile) -> Received:
    """Return a ZIP that the system has made itself, however large: films may be in it."""
    return Received(file, FileType("application/zip", (".zip",)), ours=True)


def door_of(subject_type: str) -> str:
    """Return in words where the files of such rows come in."""
    return f"{apps.get_model(subject_type)._meta.verbose_name}的附件"


def _content(uploaded_file: UploadedFile) -> Any:
    return uploaded_file.file if hasattr(uploaded_file, "file") else uploaded_file
