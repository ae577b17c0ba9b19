"""The logo: drawn anew when uploaded, shown to everybody, gone with the default."""

from __future__ import annotations

import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.documents import qr_png
from expertpool.core.reading import pictures
from expertpool.core.settings import LOGO
from expertpool.siteconfig.queries.page import version_of
from tests.fixtures import login

EDIT = "/settings/groups/site/"
HIDDEN = b"<script>alert(1)</script>"


def upload(client: Client, content: bytes) -> str:
    answer = client.post(
        EDIT,
        {
            "version": str(version_of(LOGO.group)),
            "core-site_name": "专家库综合管理系统",
            "core-watermark": "on",
            "core-logo": SimpleUploadedFile("logo.png", content, "image/png"),
        },
    )
    return answer.content.decode()


def test_a_logo_is_drawn_anew_and_shown_to_everybody(client: Client, admin: User) -> None:
    picture = qr_png("https://pool.example.cn")
    assert client.get("/logo.png").status_code == 404
    assert upload(login(client, admin), picture + HIDDEN) == ""
    kept = value_of(LOGO)
    assert kept.startswith(b"\x89PNG")
    assert HIDDEN not in kept
    visitor = Client()
    page = visitor.get("/login/").content.decode()
    assert 'src="/logo.png?v=' in page
    answer = visitor.get("/logo.png")
    assert (answer.content, answer["Content-Type"]) == (kept, "image/png")
    settings = client.get("/settings/").content.decode()
    assert 'class="brand-mark">\n      <img src="/logo.png?v=' in settings
    assert '<img class="print-logo" src="/logo.png?v=' in settings
    assert (
        client.post("/settings/core.logo/reset/", {"version": version_of(LOGO)}).status_code == 204
    )
    assert "/logo.png" not in visitor.get("/login/").content.decode()
    assert "print-logo" not in client.get("/settings/").content.decode()


def test_what_does_not_draw_is_dropped_unread(client: Client, admin: User) -> None:
    plain = qr_png("https://pool.example.cn")
    # A profile that says it is there, and could be of any size once unpacked.
    profile = b"iCCP" + b"x\0\0" + zlib.compress(bytes(50_000_000))
    chunk = (len(profile) - 4).to_bytes(4, "big") + profile
    chunk += zlib.crc32(profile).to_bytes(4, "big")
    header = 8 + 25  # signature, IHDR
    assert pictures.without_extras(plain[:header] + chunk + plain[header:]) == plain
    assert upload(login(client, admin), plain[:header] + chunk + plain[header:]) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        qr_png("x")[:60],
        qr_png("x")[:16] + (5000).to_bytes(4, "big") + qr_png("x")[20:],
    ],
    ids=["no PNG", "no header", "cut off", "too wide"],
)
def test_what_is_no_sound_png_is_refused(client: Client, admin: User, content: bytes) -> None:
    assert "这不是可以使用的 PNG 图片" in upload(login(client, admin), content)
    assert value_of(LOGO) == b""


def test_an_empty_file_is_said_in_our_words(client: Client, admin: User) -> None:
    assert "文件是空的，请重新选择。" in upload(login(client, admin), b"")
