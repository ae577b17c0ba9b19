"""What a program sends to a form that is open to strangers, and what no answer may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

MARK = "<script>alert(1)</script>"
HOSTILE = [
    MARK,
    "'\"><img src=x onerror=alert(1)>",
    "{{7*7}}{% debug %}",
    "' OR 1=1; DROP TABLE joining_application; --",
    "李\x00申请",
    "a@b.cn\r\nBcc: c@d.cn",
    "../../../../etc/passwd",
    '=HYPERLINK("http://x.example","x")',
    "\u202e反过来",
    "\u200b\u200b",
    "长" * 20_000,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    '{"kind": ["individual"]}',
    "[]",
    "😀𝕏",
    "javascript:alert(1)",
    "%00%0a${jndi:ldap://x}",
    "\r\n\r\n",
    "0",
]


def each(good: dict[str, str]) -> Iterator[dict[str, str]]:
    """Each field with each value, the others as they should be; and fields that nobody asked for."""
    for name in good:
        for value in HOSTILE:
            yield good | {name: value}
        yield {field: value for field, value in good.items() if field != name}
    yield good | dict.fromkeys(("state", "user", "expert", "is_staff", "__proto__", "id"), "1")


def answer(client: Client, path: str, data: dict[str, str]) -> HttpResponse:
    page = client.post(path, data)
    assert page.status_code in {200, 204, 302, 400, 404, 409, 413, 422, 429}, (path, data)
    if page.status_code != 302 and not page.streaming:
        text = page.content.decode()
        assert MARK not in text
        assert "onerror=alert(1)>" not in text
        assert "Traceback" not in text
    return page  # type: ignore[return-value]


def rubbish(client: Client, path: str, good: dict[str, str]) -> None:
    """Bodies that are no form at all, and one of 10 MB."""
    name = next(iter(good))
    for body, kind in (
        (b"%ff%fe=%c3%28&" + urlencode(good).encode(), "application/x-www-form-urlencoded"),
        (json.dumps(good).encode(), "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"&".join(b"a=1" for _ in range(7000)), "application/x-www-form-urlencoded"),
        (f"{name}=".encode() + b"x" * 10_000_000, "application/x-www-form-urlencoded"),
    ):
        page = client.post(path, body, content_type=kind)
        assert page.status_code in {302, 400, 403, 409, 411, 413, 415, 422, 429}, (
            path,
            kind,
            body[:30],
        )


def counts(*models: type[Model]) -> list[int]:
    return [model._default_manager.count() for model in models]
