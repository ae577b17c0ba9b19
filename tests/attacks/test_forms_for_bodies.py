"""A form where the body itself is asked for: refused in words, by whatever address, and nothing fails."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from config.api import api
from tests.factories.accounts import make_token, make_user
from tests.factories.draws import make_draw

TOKEN = "a" * 32
pytestmark = pytest.mark.django_db


def form() -> dict[str, Any]:
    return {"f": SimpleUploadedFile("x.txt", b"x")}


def calls() -> list[str]:
    """All calls of the interface that take JSON."""
    described = api.get_openapi_schema()
    return [
        path
        for path, methods in described["paths"].items()
        if "application/json" in methods.get("post", {}).get("requestBody", {}).get("content", {})
    ]


def test_calls_that_take_json_refuse_a_form() -> None:
    token = make_token(make_user("admin"))
    headers = {"Authorization": f"Bearer {token.text}", "Idempotency-Key": "a"}  # type: ignore[attr-defined]
    found = calls()
    assert len(found) > 10
    client = Client(raise_request_exception=False)
    for path in found:
        address = path.replace("{number}", "1")
        for name in ("draw_id", "project_id", "invitation_id", "review_id", "expert_id"):
            address = address.replace(f"{{{name}}}", "1")
        answer = client.post(address, form(), headers=headers)
        assert answer.status_code < 500, address
        assert answer["Content-Type"].startswith("application/problem+json"), address


def test_pages_that_take_json_refuse_a_form() -> None:
    draw = make_draw(now=timezone.now(), seats=1)
    for who, address in (
        ("operator", "/account/second/passkeys/"),
        ("operator", f"/draws/{draw.pk}/recordings/{uuid.uuid4()}/"),
    ):
        # As of a browser, whose form is read for its token.
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        client.force_login(make_user(who))
        client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        answer = client.post(address, form(), headers={"X-CSRFToken": TOKEN})
        assert (answer.status_code, "不接受表单" in answer.content.decode()) == (415, True), address


FIELD = b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\na\r\n'
UNREADABLE = {
    "no boundary": ("multipart/form-data", b"{"),
    "odd boundary": ("multipart/form-data; boundary=\xff", b"--x"),
    "files without end": (
        "multipart/form-data; boundary=x",
        b"".join(FIELD % number for number in range(300)) + b"--x--\r\n",
    ),
    "another charset": ("application/x-www-form-urlencoded; charset=latin-1", b"a=\xff"),
    "odd charset": ("application/x-www-form-urlencoded; charset=utf-7", b"a=+AGE-"),
}


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("who", ["nobody", "operator"])
def test_where_nothing_is_what_cannot_be_read_is_not_read(who: str, body: str) -> None:
    """Nor does an address that is refused fail by it. Forms are checked here, as a browser's are."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    if who != "nobody":
        client.force_login(make_user(who))
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    kind, data = UNREADABLE[body]
    for address in ("/nowhere/", "/experts/x/", "/api/v1/nowhere", "/messages/callbacks/x/y/"):
        answer = client.generic("POST", address, data, content_type=kind)
        assert answer.status_code in (401, 404), address
    for address in ("/login/", "/experts/999999/", "/backups/", f"/r/{TOKEN}/", "/health/"):
        answer = client.generic("POST", address, data, content_type=kind)
        assert 400 <= answer.status_code < 500, address
