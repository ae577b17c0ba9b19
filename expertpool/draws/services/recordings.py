"""Recordings of the screen during a draw: parts come from a browser, and become one file that is
kept with the project, with its time and hash.

Parts lie encrypted among the stored files, so that what a browser never finished is deleted a day later
(`files.remove_orphans`).
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from tempfile import TemporaryFile
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import store
from expertpool.core.waiting import FileGone
from expertpool.draws.exceptions import RecordingRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.recordings import part_file, parts_of, size_of
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.services import Received, attach, receive
from expertpool.files.settings import MEDIA_SIZE
from expertpool.projects.enums import EvidenceKind

LACKING = "录屏数据有缺失，这一段没有存全，请重新录制。"
LARGEST_PART = 4 * MEGABYTE  # below what a request may hold


def append_part(*, draw: Draw, recording: UUID, offset: int, content: bytes, actor: User) -> int:
    """Add a part to a recording of ``actor``'s; return how many bytes there are now.

    A part that is there already changes nothing. Refuses (RecordingRefused) a gap, too much, and
    an archived project.
    """
    if draw.project.is_archived:
        raise RecordingRefused("项目已归档，不能再添加录屏。")
    size = size_of(parts_of(draw, recording, actor))
    end = offset + len(content)
    # Sent once more, since the answer got lost.
    if end <= size:
        return size
    if offset > size:
        raise RecordingRefused(LACKING)
    most = value_of(MEDIA_SIZE)
    if len(content) > LARGEST_PART or end > most * MEGABYTE:
        raise RecordingRefused(f"录屏太长：一次最多 {most} MB，请停止后另录一段。")
    part_file(draw, recording, actor, size).write(content[size - offset :])
    return end


def finish_recording(*, draw: Draw, recording: UUID, actor: User, now: datetime) -> Attachment:
    """Keep a recording with the project as evidence; logs it (file.attach, with its SHA-256).

    Finishing one twice returns what was kept the first time. Refuses (RecordingRefused) one of
    which nothing has come, what is no film, and an archived project.
    """
    parts, mark = parts_of(draw, recording, actor), recording.hex[:8]
    if not parts:
        own = attachments_of(draw.project, EvidenceKind.RECORDING).filter(created_by=actor)
        # Names are encrypted: of the few recordings of a project each is opened.
        stored = next((one for one in own if mark in one.name), None)
        if stored is None:
            raise RecordingRefused("没有收到录屏数据，请重新录制。")
        return stored
    name = f"抽取录屏 {draw.number} {timezone.localtime(now):%Y-%m-%d %H%M} {mark}.webm"
    with TemporaryFile() as film:
        try:
            for part in parts:
                film.write(part.read())
        except FileGone:
            raise RecordingRefused(LACKING) from None
        upload = UploadedFile(file=film, name=name, size=film.tell())
        try:
            received = receive(upload, subject_type=type(draw.project), actor=actor, now=now)
            stored = _keep(draw, received, actor, now)
        except FileRefused as refusal:
            raise RecordingRefused(str(refusal)) from refusal
    # Not before: rolled back, the parts are all there is.
    for part in parts:
        transaction.on_commit(partial(store.delete, part.kept.name))
    return stored


@transaction.atomic
def _keep(draw: Draw, film: Received, actor: User, now: datetime) -> Attachment:
    return attach(
        subject=draw.project,
        uploaded_file=film,
        kind=EvidenceKind.RECORDING,
        as_evidence=True,
        actor=actor,
        now=now,
    )
