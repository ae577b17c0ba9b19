"""What a web process notes of itself, by one of its threads."""

from __future__ import annotations

from django.db import close_old_connections
from django.utils import timezone

from expertpool.core.answering import note_answering


def note() -> None:
    """Note that pages are answered."""
    close_old_connections()  # as before each request
    try:
        note_answering(now=timezone.now())
    finally:
        close_old_connections()  # as after one: the next may come late
