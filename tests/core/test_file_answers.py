"""How files leave."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from expertpool.core.responses import file_answer


def body(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


@pytest.mark.parametrize("content", [b"PK", BytesIO(b"PK")])
def test_a_file_is_never_kept_sniffed_or_run(content: Any) -> None:
    answer = file_answer(content, name="专家信息.xlsx")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%B8%93")
    assert body(answer) == b"PK"


def test_what_is_shown_is_not_sandboxed_but_loads_nothing() -> None:
    answer = file_answer(b"%PDF", name='a"b.pdf', inline=True)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == r'inline; filename="a\"b.pdf"'
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" not in answer["Content-Security-Policy"]


def test_the_type_that_is_given_counts_and_an_unknown_ending_is_only_bytes() -> None:
    assert file_answer(b"", name="a.pdf", content_type="image/png")["Content-Type"] == "image/png"
    assert file_answer(b"", name="a.exe")["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("asked", "status", "got", "told"),
    [
        ("", 200, b"0123456789", None),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=20-", 416, b"", "bytes */10"),
    ],
)
def test_parts_are_given_to_who_asks(asked: str, status: int, got: bytes, told: str | None) -> None:
    answer: Any = file_answer(BytesIO(b"0123456789"), name="a.webm", inline=True, part=asked)
    assert (answer.status_code, body(answer)) == (status, got)
    assert answer.headers.get("Content-Range") == told
    assert answer["Cache-Control"] == "private, no-store"
