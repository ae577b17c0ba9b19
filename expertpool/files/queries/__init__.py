"""Reads of stored files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.db.models import Q, QuerySet, Sum

from expertpool.core.configuration import value_of
from expertpool.core.documents.office import is_installed
from expertpool.core.fields import is_vouched
from expertpool.core.registry import is_narrowed
from expertpool.core.text import moment_text
from expertpool.core.visibility import told_later
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import SEALED, Attachment
from expertpool.files.queries.content import content
from expertpool.files.registry import FileSubject, Together, file_subject
from expertpool.files.settings import SUBJECT_QUOTA
from expertpool.files.validators import MEGABYTE, accepted_in_words

_OFFICE = "application/vnd.openxmlformats-officedocument"
# Of these the words are shown; of the older formats only tables can be read.
SAID = {
    f"{_OFFICE}.wordprocessingml.document": "words",
    f"{_OFFICE}.presentationml.presentation": "words",
    f"{_OFFICE}.spreadsheetml.sheet": "rows",
    "application/vnd.ms-excel": "rows",
    "text/plain": "text",
}
# Of these the layout is shown, where there is a converter (`core.documents.office`), which takes them by these endings.
LAID_OUT = {
    f"{_OFFICE}.wordprocessingml.document": "docx",
    f"{_OFFICE}.presentationml.presentation": "pptx",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    "application/msword": "doc",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.ms-excel": "xls",
}
HELD = "文件「{}」正在等待病毒查杀，查杀之后才能打开，请稍后再试。"
LED = "文件「{}」所属的对象在系统之外被改动过，不能打开。请联系系统管理员核对。"
GONE = "文件「{}」已不在存放文件的地方，不能打开。请联系系统管理员从备份中恢复，或重新上传。"


def attachments_of(subject: models.Model, kind: str | None = None) -> QuerySet[Attachment]:
    """Return the files of ``subject``, oldest first; only those of ``kind`` when it is given."""
    return _rows(subject, kind).filter(removed_at__isnull=True)


def attachments_for(
    user: Any, subject: models.Model, kind: str | None = None
) -> QuerySet[Attachment]:
    """Return the files of ``subject`` as ``user`` is told of them: what its expert adds or removes himself may be
    told later (docs/decisions/0194, 0197)."""
    return _as_told(user, _rows(subject, kind), subject._meta.label_lower, str(subject.pk))


def _rows(subject: models.Model, kind: str | None) -> QuerySet[Attachment]:
    rows = Attachment.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).select_related("created_by")
    return rows if kind is None else rows.filter(kind=kind)


def _as_told(
    user: Any, rows: QuerySet[Attachment], subject_type: str, subject_id: str
) -> QuerySet[Attachment]:
    # Of his own everybody knows; of others' some are told later.
    own = user is not None and user.pk in file_subject(subject_type).by_day(subject_id)
    if own:
        return rows.filter(removed_at__isnull=True)
    untold = told_later(Attachment)
    return rows.exclude(untold & ~Q(created_by=user.pk) if user else untold)


def subject_of(attachment: Attachment) -> models.Model | None:
    """Return the row that a file belongs to; None when it is gone."""
    return find_subject(attachment.subject_type, attachment.subject_id)


def find_subject(subject_type: str, subject_id: str) -> models.Model | None:
    """Return the row ``subject_id`` of the model ``subject_type`` (``projects.project``)."""
    try:
        model = apps.get_model(subject_type)
        key = model._meta.pk.to_python(subject_id)
    except (LookupError, ValueError, ValidationError):
        # Both come from an address, where anything may be typed.
        return None
    found: models.Model | None = model._default_manager.filter(pk=key).first()
    return found


def is_evidence(attachment: Attachment) -> bool:
    """Tell whether a file proves something: only services store and remove such files."""
    return attachment.kind in file_subject(attachment.subject_type).evidence


def preview_kind(attachment: Attachment) -> str:
    """Return how a file is shown in place: by the browser (pdf, image, audio, video), by what it says (words, rows, text), by
    its layout alone (laid_out); or nothing."""
    if attachment.held:
        return ""
    if attachment.content_type in SAID:
        return SAID[attachment.content_type]
    if has_layout(attachment):
        return "laid_out"
    if attachment.content_type == "application/pdf":
        return "pdf"
    family = attachment.content_type.partition("/")[0]
    return family if family in {"image", "audio", "video"} else ""


def has_layout(attachment: Attachment) -> bool:
    """Tell whether an Office file is shown as it was laid out (`services.laid_out`)."""
    return not attachment.held and attachment.content_type in LAID_OUT and is_installed()


def together_with(user: Any, subject_type: str, subject_id: str) -> Together:
    """Return the rows whose files count against one quota with those of this row."""
    policy = file_subject(subject_type)
    return (
        policy.together(user, subject_id) if policy.together else Together(subject_id, [subject_id])
    )


def known_size(user: Any, subject_type: str, subject_id: str) -> int:
    """Return how many bytes the files take that count with those of one row and of which ``user`` knows."""
    ids = together_with(user, subject_type, subject_id).rows
    rows = Attachment.objects.filter(subject_type=subject_type, subject_id__in=ids)
    return _size(_as_told(user, rows, subject_type, subject_id))


def quota_of(subject_type: str) -> int:
    """Return how many bytes the files of one row, or of those that count together, may take."""
    quota = file_subject(subject_type).quota
    return (quota() if quota else value_of(SUBJECT_QUOTA)) * MEGABYTE


def type_size(subject_type: str) -> int:
    """Return how many bytes the files of all rows of one type take."""
    return _size(Attachment.objects.filter(subject_type=subject_type))


def store_size() -> int:
    """Return how many bytes all files take."""
    return _size(Attachment.objects.all())


def clear_files() -> QuerySet[Attachment]:
    """Return the files that lie in clear, since before they were encrypted (`services.seal_clear`)."""
    return Attachment.objects.exclude(file__endswith=SEALED)


def _size(rows: QuerySet[Attachment]) -> int:
    return int(rows.aggregate(sum=Sum("size"))["sum"] or 0)


def may_view(user: Any, attachment: Attachment) -> bool:
    """Tell whether ``user`` may read a file: whoever sees what it was attached to, not to what somebody has
    led it, and not before he may be told of it."""
    if not is_vouched(attachment):
        return False
    subject_type, subject_id = attachment.subject_type, attachment.subject_id
    if not may_view_subject(user, subject_type, subject_id):
        return False
    if not file_subject(subject_type).by_day(subject_id):
        return True
    one = Attachment.objects.filter(pk=attachment.pk)
    return _as_told(user, one, subject_type, subject_id).exists()


def may_view_subject(user: Any, subject_type: str, subject_id: str) -> bool:
    policy = file_subject(subject_type)
    return _is_left(user, policy) and policy.may_view(user, subject_id)


def may_edit(user: Any, subject_type: str, subject_id: str) -> bool:
    policy = file_subject(subject_type)
    return _is_left(user, policy) and policy.may_edit(user, subject_id)


def _is_left(user: Any, policy: FileSubject) -> bool:
    return policy.left or not is_narrowed(user)


def stored(attachment: Attachment) -> File:
    """Open the stored file for a copy of it within the store, which is scanned or waits as it does."""
    return content(attachment)


def opened(attachment: Attachment) -> File:
    """Open the stored file. Refuses (FileRefused) one that still has to be scanned, one that was not attached
    here to what it belongs to, one that was altered, and one that somebody has taken away; StoreDown. Reading on
    refuses what was altered further on."""
    if not is_vouched(attachment):
        raise FileRefused(LED.format(attachment.name))
    if attachment.held:
        raise FileRefused(HELD.format(attachment.name))
    try:
        return content(attachment)
    except FileNotFoundError:
        # Encrypted just now, it has another name.
        row = Attachment.objects.filter(pk=attachment.pk).first()
        if row is None or row.file.name == attachment.file.name:
            raise FileRefused(GONE.format(attachment.name)) from None
    return opened(row)


def is_said(attachment: Attachment) -> bool:
    """Tell whether the file is shown by what it says: the browser cannot show it itself."""
    return preview_kind(attachment) in SAID.values()


@dataclass(frozen=True)
class FileRow:
    """A file as a list shows it."""

    attachment: Attachment
    label: str  # of evidence: 抽取录屏
    preview: bool
    by_day: bool = False  # nobody is told the hour
    choice: str = ""  # of the kinds among which its subject lets choose: 仅内部
    others: Sequence[tuple[str, str]] = ()  # what it may be instead: kind and label
    name: str = ""  # what it is, where that is no evidence: 现用照片

    @property
    def when(self) -> str:
        text = moment_text(self.attachment.created_at)
        return text.partition(" ")[0] if self.by_day else text

    @property
    def digest(self) -> str:
        return bytes(self.attachment.sha256).hex()


def attachment_list(
    user: Any, subject: models.Model, *, kind: str | None, fixed: bool = False
) -> dict[str, Any]:
    """Return what `files/_attachments.html` shows of ``subject`` to ``user``: of ``fixed`` files nothing that changes them."""
    subject_type, subject_id = subject._meta.label_lower, str(subject.pk)
    policy = file_subject(subject_type)
    by_day = policy.by_day(subject_id) - {user.pk}
    may_change = not fixed and may_edit(user, subject_type, subject_id)
    may_upload = may_change and kind not in policy.evidence
    return {
        "files": [
            FileRow(
                row,
                policy.evidence.get(row.kind, ""),
                bool(preview_kind(row)),
                row.created_by_id in by_day,
                policy.choices.get(row.kind, ""),
                [one for one in policy.choices.items() if one[0] != row.kind]
                if row.kind in policy.choices
                else [],
                policy.names.get(row.kind, ""),
            )
            for row in attachments_for(user, subject, kind)
            if is_vouched(row)
        ],
        "may_edit": may_change,
        "may_upload": may_upload,
        # What is told to who may add to it; of one kind others take room, too.
        "used": known_size(user, subject_type, subject_id) if may_upload else 0,
        "most": quota_of(subject_type),
        "subject_type": subject_type,
        "subject_id": subject_id,
        "kind": kind or "",
        "choices": list(policy.choices.items()),
        "accepted": accepted_in_words() if may_upload else "",
        "bulk_url": policy.bulk_url(user, subject_id),
    }
