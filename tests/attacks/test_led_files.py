"""A file that somebody leads to what he may see, or writes as scanned, is read by nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import opened
from expertpool.files.services import attach, scan_held
from tests.factories.accounts import make_department, make_user
from tests.factories.projects import make_project
from tests.files.samples import PDF
from tests.fixtures import login
from tests.scanners import speaking

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def kept(admin: User, *, subject: Any = None) -> Attachment:
    return attach(
        subject=subject or make_project(),
        uploaded_file=SimpleUploadedFile("评分表.pdf", PDF),
        actor=admin,
        now=NOW,
    )


def test_a_file_led_to_another_project_is_shown_to_nobody(client: Client, admin: User) -> None:
    """Whoever sees one project downloaded what belongs to any other."""
    secret = kept(admin)
    department = make_department()
    mine = make_project(department=department)
    reader = make_user("department", department=department)
    login(client, reader)
    place = f"/files/{secret.pk}/"
    assert client.get(place).status_code == 404
    own = kept(admin, subject=mine)
    answer = client.get(f"/files/{own.pk}/")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    rows = Attachment.objects.filter(pk=secret.pk)
    for proof in (secret.proof, own.proof):  # its own, and that of a file that is there
        rows.update(subject_id=str(mine.pk), proof=proof)
        listed = client.get(f"/files/of/projects.project/{mine.pk}/").content.decode()
        assert [client.get(place + end).status_code for end in ("", "preview/")] == [404, 404]
        assert place not in listed
        assert f"/files/{own.pk}/" in listed
        with pytest.raises(FileRefused, match="在系统之外被改动"):
            opened(rows.get())
    rows.update(subject_id=secret.subject_id, proof=secret.proof)
    with opened(rows.get()) as content:
        assert content.read() == PDF


def test_a_file_written_as_scanned_is_opened_by_nobody(admin: User, settings: Any) -> None:
    with speaking() as scanner:
        settings.CLAMD = scanner.address
        scanner.mode = "broken"
        held = kept(admin)
        assert held.held
        Attachment.objects.filter(pk=held.pk).update(held=False)
        with pytest.raises(FileRefused, match="在系统之外被改动"):
            opened(Attachment.objects.get(pk=held.pk))
        Attachment.objects.filter(pk=held.pk).update(held=True)
        scanner.mode = "scan"
        assert scan_held(now=NOW) == 1
        with opened(Attachment.objects.get(pk=held.pk)) as content:
            assert content.read() == PDF
