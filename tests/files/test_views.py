from __future__ import annotations

import re
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.models import Entry
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from expertpool.files.settings import DOCUMENT_SIZE, IMAGE_SIZE, MEDIA_SIZE
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.files.samples import PDF, REFUSED
from tests.fixtures import login


def make_attachment(subject: Department) -> Attachment:
    return attach(
        subject=subject,
        uploaded_file=SimpleUploadedFile("评审 通知.pdf", PDF),
        actor=None,
        now=timezone.now(),
    )


def address(subject: Department) -> str:
    return f"/files/of/accounts.department/{subject.pk}/"


def test_whoever_uploads_reads_how_large_a_file_of_each_kind_may_be(
    client: Client, admin: User, auditor: User, subject: Department
) -> None:
    for limit, megabytes in ((DOCUMENT_SIZE, 3), (IMAGE_SIZE, 2), (MEDIA_SIZE, 7)):
        configure(limit, megabytes)
    page = login(client, admin).get(address(subject)).content.decode()
    for words in ("ZIP（每个最大 3 MB）", "图片（每个最大 2 MB）", "WebM（每个最大 7 MB）"):
        assert words in page
    assert "每个最大" not in login(client, auditor).get(address(subject)).content.decode()


def test_who_may_view_the_subject_downloads_its_file(
    client: Client, auditor: User, subject: Department
) -> None:
    attachment = make_attachment(subject)
    response = login(client, auditor).get(f"/files/{attachment.pk}/")
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E8%AF%84%E5%AE%A1%20%E9%80%9A%E7%9F%A5.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    entry = Entry.objects.get(action="file.download")
    assert (entry.actor, entry.note) == (auditor, "评审 通知.pdf")


def test_a_file_that_is_gone_from_the_disk_is_said_in_words(
    client: Client, admin: User, subject: Department
) -> None:
    attachment = make_attachment(subject)
    attachment.file.storage.delete(attachment.file.name)
    response = login(client, admin).get(f"/files/{attachment.pk}/")
    assert response.status_code == 409
    assert "不在存放文件的地方" in response.content.decode()
    page = client.get(f"/files/{attachment.pk}/preview/").content.decode()
    found = re.search(r"/files/\d+/content/\?key=[^\"]+", page)
    assert found
    assert "不在存放文件的地方" in client.get(found[0].replace("&amp;", "&")).content.decode()
    assert not Entry.objects.filter(action="file.download").exists()


def test_others_do_not_learn_that_it_exists(
    client: Client, finance: User, subject: Department
) -> None:
    attachment = make_attachment(subject)
    login(client, finance)
    assert client.get(f"/files/{attachment.pk}/").status_code == 404
    assert client.post(f"/files/{attachment.pk}/remove/").status_code == 404
    assert client.get(address(subject)).status_code == 404
    assert Attachment.objects.exists()


def test_files_of_an_unregistered_type_are_nobodys(
    client: Client, admin: User, subject: Department
) -> None:
    attachment = attach(
        subject=make_user(),
        uploaded_file=SimpleUploadedFile("a.pdf", PDF),
        actor=None,
        now=timezone.now(),
    )
    assert login(client, admin).get(f"/files/{attachment.pk}/").status_code == 404


def test_upload_takes_several_files_and_says_which_it_refuses(
    client: Client, admin: User, subject: Department
) -> None:
    files = [
        SimpleUploadedFile("好.pdf", PDF),
        SimpleUploadedFile("坏.pdf", REFUSED["Windows program"]),
    ]
    response = login(client, admin).post(f"{address(subject)}?kind=notice", {"files": files})
    assert response.status_code == 422
    assert "坏.pdf：不能上传：文件名是 PDF，内容却不是 PDF" in response.content.decode()
    assert [(row.name, row.kind) for row in Attachment.objects.all()] == [("好.pdf", "notice")]


def test_who_may_only_view_cannot_upload_or_remove(
    client: Client, auditor: User, subject: Department
) -> None:
    attachment = make_attachment(subject)
    login(client, auditor)
    page = client.get(address(subject)).content.decode()
    assert "下载" in page
    assert "上传</span>" not in page
    assert "删除" not in page
    response = client.post(address(subject), {"files": SimpleUploadedFile("b.pdf", PDF)})
    assert response.status_code == 403
    assert client.post(f"/files/{attachment.pk}/remove/").status_code == 403
    assert Attachment.objects.count() == 1


def test_editor_removes(client: Client, admin: User, subject: Department, media: Path) -> None:
    attachment = make_attachment(subject)
    response = login(client, admin).post(f"/files/{attachment.pk}/remove/")
    assert response.status_code == 204
    assert "attachments:refresh" in response["HX-Trigger"]
    assert not Attachment.objects.exists()


def test_signed_out_visitors_are_led_to_sign_in(client: Client, subject: Department) -> None:
    response = client.get(f"/files/{make_attachment(subject).pk}/")
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")
