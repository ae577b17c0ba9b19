"""Attempts to learn or change who takes part are refused, and the attempt is logged (DRAW-14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import models

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.exceptions import (
    DrawInProgress,
    NamesSealed,
    ReleaseRefused,
    ReplyRefused,
)


@contextmanager
def log_refusals(
    *, subject: models.Model, actor: User, now: datetime, attempt: str
) -> Iterator[None]:
    """Log that ``attempt`` was refused, with the reason, and let the refusal pass on.

    Put around an atomic service, never inside: what the service rolls back would take the entry
    with it.
    """
    try:
        yield
    except (NamesSealed, ReleaseRefused, ReplyRefused, DrawInProgress) as error:
        record("draw.refused", actor=actor, now=now, subject=subject, note=f"{attempt}：{error}")
        raise
