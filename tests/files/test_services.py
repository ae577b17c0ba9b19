from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.models import Entry
from expertpool.core.sizes import MEGABYTE
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of, opened
from expertpool.files.services import attach, remove_attachment, remove_orphans
from expertpool.files.settings import DOCUMENT_SIZE, IMAGE_SIZE
from tests.factories.siteconfig import configure
from tests.files.samples import ACCEPTED, PDF


def store(subject: Department, content: bytes = PDF, name: str = "通知.pdf") -> Attachment:
    return attach(
        subject=subject,
        uploaded_file=SimpleUploadedFile(name, content, "text/html"),
        kind="notice",
        actor=None,
        now=timezone.now(),
    )


def stored_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_attach_keeps_content_kind_and_digest(subject: Department, media: Path) -> None:
    attachment = store(subject)
    assert list(attachments_of(subject, "notice")) == [attachment]
    assert not attachments_of(subject, "other").exists()
    assert attachment.content_type == "application/pdf"  # not what the browser said
    assert bytes(attachment.sha256) == hashlib.sha256(PDF).digest()
    (path,) = stored_files(media)
    assert PDF not in path.read_bytes()
    with opened(attachment) as file:
        assert file.read() == PDF
    assert "通知" not in path.name
    assert Entry.objects.get(action="file.attach").subject_id == str(subject.pk)


def test_empty_and_too_large_files_are_refused(subject: Department, media: Path) -> None:
    with pytest.raises(FileRefused, match="空"):
        store(subject, b"")
    with pytest.raises(FileRefused, match="50 MB"):
        store(subject, PDF + bytes(50 * MEGABYTE))
    assert stored_files(media) == []


def test_removal_deletes_the_bytes_only_after_the_commit(
    subject: Department, media: Path, django_capture_on_commit_callbacks: object, admin: User
) -> None:
    attachment = store(subject)
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        remove_attachment(attachment=attachment, actor=admin, now=timezone.now())
        assert stored_files(media)
    assert not attachments_of(subject).exists()
    for callback in callbacks:
        callback()
    assert stored_files(media) == []
    assert Entry.objects.get(action="file.remove").before["文件名"] == "通知.pdf"


def test_bytes_of_a_failed_transaction_are_swept_after_a_day(
    subject: Department, media: Path
) -> None:
    kept = store(subject)
    with transaction.atomic():
        lost = store(subject)
        transaction.set_rollback(True)
    now = timezone.now()
    assert remove_orphans(now=now) == 0  # may still be in a running transaction
    for path in stored_files(media):
        os.utime(path, times=((now - timedelta(days=2)).timestamp(),) * 2)
    assert remove_orphans(now=now) == 1
    (path,) = stored_files(media)
    assert path == media / kept.file.name
    assert path != media / lost.file.name


@pytest.mark.shows("SYS-05")
def test_the_office_decides_how_large_each_kind_may_be(subject: Department) -> None:
    configure(DOCUMENT_SIZE, 1)
    configure(IMAGE_SIZE, 2)
    with pytest.raises(FileRefused, match="最大 1 MB"):
        store(subject, PDF + bytes(MEGABYTE))
    image = ACCEPTED["image/png"] + bytes(MEGABYTE)
    assert store(subject, image).size == len(image)  # told by its content, not by its name
    with pytest.raises(FileRefused, match="最大 2 MB"):
        store(subject, image + bytes(MEGABYTE))
