"""What an expert takes with him as files: his attachments, his certificates, and what proves his achievements and
appeals."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import IO

from django.db.models import Model
from django.utils import timezone

from expertpool.achievements.queries import achievements_of
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.certificates import certificates_of
from expertpool.certificates.queries.states import state_of
from expertpool.certificates.services.printing import PRINTABLE, own_certificate
from expertpool.changes.registry import OwnFile, OwnFiles
from expertpool.experts.models import Expert
from expertpool.experts.queries.appeals import appeals_of
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import attachments_of, opened

FOLDER_LENGTH = 40  # signs of a title: paths of Windows end at 260


def attached_to(row: Model, inner: str = "") -> Iterator[OwnFile]:
    """Yield the files of ``row``, in the folder ``inner``; what waits for the virus scan is refused when it is opened."""
    folder = _as_folder(inner)
    for one in attachments_of(row):
        path = f"{folder}/{one.name}" if folder else one.name
        yield OwnFile(path, one.size, partial(opened, one))


def _as_folder(title: str) -> str:
    # A title is anybody's words: no part of it leads out of the archive, or is refused by a system.
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]+', " ", title)[:FOLDER_LENGTH].strip(" .")


def _attachments(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    yield from attached_to(expert)


def _achievements(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    for at, row in enumerate(achievements_of(expert).order_by("pk"), 1):
        yield from attached_to(row, f"{at:02} {row.year} {row.title}")


def _appeals(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    for row in appeals_of(expert):
        yield from attached_to(row, f"{timezone.localdate(row.asked_at)} {row.pk}")


def _certificates(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    """Those that he may print now: the others stand in the table alone."""
    today = timezone.localdate(now)
    for one in certificates_of(expert):
        if state_of(one, today) in PRINTABLE:
            yield OwnFile(f"专家证书{one.number}.pdf", 0, partial(_printed, expert, one, now))


def _printed(expert: Expert, certificate: Certificate, now: datetime) -> IO[bytes]:
    user = expert.user
    assert user is not None  # noqa: S101 (he alone downloads)
    try:
        content = own_certificate(expert=expert, certificate=certificate, actor=user, now=now)
    except CertificateRefused as refusal:
        raise FileRefused(str(refusal)) from refusal
    return io.BytesIO(content)


OWN_FILES_HERE = (
    OwnFiles("attachments", "附件", _attachments),
    OwnFiles("achievements", "专家成果", _achievements),
    OwnFiles("appeals", "黑名单申诉", _appeals),
    OwnFiles("certificates", "专家证书", _certificates),
)
