"""Whoever looks at what others do is noted himself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest

from expertpool.audit.services import record


def note_reading(
    action: str, request: HttpRequest, *, now: datetime, words: Sequence[str] = ()
) -> None:
    """Write into the log that the user opened a list, and what he narrowed it by: each page of it, since whoever asks
    for the second one first has looked as well."""
    record(action, actor=request.user, now=now, note="；".join(words))  # type: ignore[arg-type]
