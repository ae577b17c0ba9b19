"""Calls that are sent twice: the second one gets the answer of the first and changes nothing.

The answer is stored in the transaction of the call, under a key that is unique for each token: a
copy that arrives meanwhile waits at the unique index until the first is committed or undone. What
was refused changed nothing and is not kept: it may be sent again under its key. That it was tried is
logged after the transaction is undone (`core.aftermath`). An answer that somebody altered is not sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from expertpool.core.aftermath import writing_afterwards
from expertpool.core.api.problems import problem
from expertpool.core.fields import opens
from expertpool.core.models import StoredAnswer

HEADER = "Idempotency-Key"
LONGEST_KEY = 100
KEPT = timedelta(hours=24)

Run = Callable[..., HttpResponse]


def answered_once(authenticate: Callable[[HttpRequest], Any]) -> Callable[[Run], Run]:
    """Return the decorator of all endpoints; ``authenticate`` gives the token of a request."""

    def decorate(run: Run) -> Run:
        @wraps(run)
        def once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return run(request, *args, **kwargs)
            token = authenticate(request)
            if token is None:
                return run(request, *args, **kwargs)  # which answers 401
            if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
                return _bad_key()
            return _answer(
                f"token-{token.pk}",
                key,
                _fingerprint(request),
                now=timezone.now(),
                respond=lambda: run(request, *args, **kwargs),
            )

        return once

    return decorate


def remove_expired_answers(*, now: datetime) -> int:
    """Forget the answers whose time is over; return how many."""
    removed, _ = StoredAnswer.objects.filter(expires_at__lte=now).delete()
    return removed


def _answer(
    owner: str, key: str, fingerprint: bytes, *, now: datetime, respond: Callable[[], HttpResponse]
) -> HttpResponse:
    with writing_afterwards(), transaction.atomic():
        # Expired, but not removed yet: the key is free again.
        StoredAnswer.objects.filter(owner=owner, key=key, expires_at__lte=now).delete()
        stored, is_new = StoredAnswer.objects.get_or_create(
            owner=owner,
            key=key,
            defaults={
                "fingerprint": fingerprint,
                "created_at": now,
                "expires_at": now + KEPT,
            },
        )
        if not is_new:
            return _replay(stored, fingerprint)
        response = respond()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        stored.status = response.status_code
        stored.content_type = response["Content-Type"]
        stored.content = response.content
        stored.save(update_fields=["status", "content_type", "content"])
        return response


def _replay(stored: StoredAnswer, fingerprint: bytes) -> HttpResponse:
    if bytes(stored.fingerprint) != fingerprint:
        return problem(
            422,
            "idempotency-key-reused",
            "幂等键已用于别的请求",
            f"这个 {HEADER} 已用于内容不同的请求；新的请求请换一个键。",
        )
    if not opens(stored, "content"):
        return problem(
            409,
            "unreadable",
            "已保存的答复无法读取",
            f"这个 {HEADER} 的请求已经办理，保存的答复在系统之外改动过，不能再次给出；请查询结果，不要换键重发。",
        )
    response = HttpResponse(
        bytes(stored.content), status=stored.status, content_type=stored.content_type
    )
    response["Idempotency-Replayed"] = "true"
    return response


def _bad_key() -> HttpResponse:
    return problem(
        400,
        "idempotency-key-malformed",
        "幂等键格式不对",
        f"{HEADER} 应为 1 至 {LONGEST_KEY} 个可见的 ASCII 字符，例如一个 UUID。",
    )


def _fingerprint(request: HttpRequest) -> bytes:
    """Return what tells one request from another: method, address and content.

    Of a form its values and files count, not the marks between them, which change each time.
    """
    digest = hashlib.sha256()
    digest.update(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for part in _form_parts(request):
            digest.update(hashlib.sha256(part).digest())
    else:
        digest.update(request.body)
    return digest.digest()


def _form_parts(request: HttpRequest) -> Iterator[bytes]:
    for name, values in sorted(request.POST.lists()):
        yield repr((name, values)).encode()
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            # Quoted, so that two parts never read as one.
            yield repr((name, file.name)).encode()
            content = hashlib.sha256()
            for chunk in file.chunks():
                content.update(chunk)
            # The endpoint reads it after us.
            file.seek(0)
            yield content.digest()
