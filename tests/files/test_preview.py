from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.models import Entry
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from tests.factories.accounts import make_user
from tests.files.samples import PDF
from tests.fixtures import login

FILM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 400
SAMPLES = {
    "iframe": ("a.pdf", PDF, "application/pdf"),
    "img": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
    "audio": ("a.wav", b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
    "video": ("a.webm", FILM, "video/webm"),
}


def store(subject: Department, name: str, content: bytes) -> Attachment:
    return attach(
        subject=subject,
        uploaded_file=SimpleUploadedFile(name, content),
        actor=None,
        now=timezone.now(),
    )


def open_page(client: Client, attachment: Attachment) -> tuple[HttpResponse, str]:
    """The page, and the address of the content that it names."""
    response = client.get(f"/files/{attachment.pk}/preview/")
    return response, response.context["content_url"] if response.status_code == 200 else ""


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.shows("PRJ-18")
@pytest.mark.parametrize("element", SAMPLES)
def test_what_a_browser_shows_is_shown_in_place(
    client: Client, auditor: User, subject: Department, element: str
) -> None:
    name, content, content_type = SAMPLES[element]
    attachment = store(subject, name, content)
    page, address = open_page(login(client, auditor), attachment)
    assert f"<{element} " in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "media-src 'self'" in policy
    assert "script-src 'self'" in policy
    response = client.get(address)
    assert body(response) == content
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"].startswith("inline; filename")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.shows("PRJ-18")
def test_each_look_is_recorded_and_nothing_is_read_without(
    client: Client, auditor: User, subject: Department
) -> None:
    attachment = store(subject, "a.pdf", PDF)
    login(client, auditor)
    assert client.get(f"/files/{attachment.pk}/content/").status_code == 404
    assert not Entry.objects.filter(action="file.preview").exists()
    _, address = open_page(client, attachment)
    entry = Entry.objects.get(action="file.preview")
    assert (entry.actor, entry.note) == (auditor, "a.pdf")
    other = store(subject, "b.pdf", PDF)
    key = address.partition("?")[2]
    assert client.get(f"/files/{other.pk}/content/?{key}").status_code == 404
    assert client.get(f"{address}x").status_code == 404
    login(client, make_user("auditor"))  # may see the file, but not by somebody else's look
    assert client.get(address).status_code == 404


def test_others_do_not_learn_that_it_exists(
    client: Client, finance: User, subject: Department
) -> None:
    attachment = store(subject, "a.pdf", PDF)
    assert open_page(login(client, finance), attachment)[0].status_code == 404


def test_what_a_browser_does_not_show_is_downloaded_only(
    client: Client, auditor: User, subject: Department
) -> None:
    attachment = store(subject, "a.txt", b"abc")
    assert open_page(login(client, auditor), attachment)[0].status_code == 404


SIZE = len(FILM)


@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        ("bytes=0-", 206, 0, SIZE),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=100-70099", 206, 100, 70_100),
        (f"bytes=100-{SIZE * 2}", 206, 100, SIZE),
        ("bytes=-50", 206, SIZE - 50, SIZE),
        (f"bytes=-{SIZE * 2}", 206, 0, SIZE),
        (f"bytes={SIZE}-", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=5-2", 200, 0, SIZE),
        ("bytes=0-1,5-6", 200, 0, SIZE),
        ("bytes=-", 200, 0, SIZE),
        ("lines=1-2", 200, 0, SIZE),
        ("", 200, 0, SIZE),
    ],
)
def test_parts_of_a_film(
    client: Client,
    auditor: User,
    subject: Department,
    wanted: str,
    status: int,
    start: int,
    end: int,
) -> None:
    _, address = open_page(login(client, auditor), store(subject, "a.webm", FILM))
    response = client.get(address, headers={"Range": wanted} if wanted else {})
    assert response.status_code == status
    assert response["Accept-Ranges"] == "bytes"
    if status == 416:
        assert response["Content-Range"] == f"bytes */{SIZE}"
        return
    assert body(response) == FILM[start:end]
    assert int(response["Content-Length"]) == end - start
    if status == 206:
        assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
