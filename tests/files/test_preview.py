from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.audit.models import Entry
from expertpool.core.workbooks import Writer, open_workbook
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from tests.factories.accounts import make_user
from tests.files.samples import PDF, zipped
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
    attachment = store(subject, "a.zip", zipped("a.txt"))
    assert open_page(login(client, auditor), attachment)[0].status_code == 404


def office(**parts: str) -> bytes:
    """An office file of these parts ("word/document": its XML)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, xml in parts.items():
            archive.writestr(f"{name}.xml", xml)
    return stream.getvalue()


def word(body: str, declared: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return office(
        **{
            "word/document": f'{declared}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        }
    )


def sheet() -> bytes:
    stream = io.BytesIO()
    with open_workbook(stream) as book:
        page = Writer(book, "报价")
        page.head([("单位", 20), ("金额", 10)])
        page.cell(1, 0, "=甲<b>公司")
        page.cell(1, 1, 1200)
    return stream.getvalue()


DOCUMENT = word(
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>评审办法</w:t></w:r></w:p>'
    "<w:p><w:r><w:t>第一条 &lt;script&gt;</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>分值</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
SLIDE = '<p:sld xmlns:p="p" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:r><a:t>方案</a:t></a:r></a:p></p:sld>'


@pytest.mark.shows("PORT-17", "PRJ-18")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("办法.docx", DOCUMENT, ("<h3>评审办法</h3>", "第一条 &lt;script&gt;", "<td>分值</td>")),
        (
            "汇报.pptx",
            office(**{"ppt/presentation": "<p/>", "ppt/slides/slide1": SLIDE}),
            ("第 1 页", "方案"),
        ),
        ("报价.xlsx", sheet(), ("<h3>报价</h3>", "=甲&lt;b&gt;公司", "<td>1200</td>")),
        ("说明.txt", "请于 9:00 到场".encode("gb18030"), ("请于 9:00 到场",)),
    ],
)
def test_what_a_file_of_office_says_is_shown_and_the_look_recorded(
    client: Client,
    auditor: User,
    subject: Department,
    name: str,
    content: bytes,
    said: tuple[str, ...],
) -> None:
    attachment = store(subject, name, content)
    page, address = open_page(login(client, auditor), attachment)
    for words in said:
        assert words in page.content.decode()
    assert client.get(address).status_code == 404  # nobody takes it without a record
    assert Entry.objects.get(action="file.preview").note == name
    assert (
        "预览"
        in client.get(
            f"/files/of/{attachment.subject_type}/{attachment.subject_id}/"
        ).content.decode()
    )


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        word("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>", BOMB),
        word("<w:p><w:r>"),
        office(**{"word/document": ""}),
        word("<w:p/>" + " " * 60_000_000),
    ],
    ids=["entities", "broken", "empty", "huge"],
)
def test_what_cannot_be_read_is_downloaded(
    client: Client, auditor: User, subject: Department, content: bytes
) -> None:
    attachment = store(subject, "a.docx", content)
    page, _ = open_page(login(client, auditor), attachment)
    assert page.status_code == 409
    assert "下载后查看" in page.content.decode()
    assert not Entry.objects.filter(action="file.preview").exists()
    assert body(client.get(f"/files/{attachment.pk}/")) == content


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
