"""What was seen of people at their accounts."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.monitoring.services.recording import Beat, PublicSeen, Seen, write_seen


def seen(user: User, at: datetime, view: str = "experts:list") -> None:
    """Write down that ``user`` opened a page of ``view``."""
    write_seen([Seen(user.pk, at, view)])


def beats(user: User, *moments: datetime) -> None:
    write_seen([Beat(user.pk, at) for at in moments])


def public_seen(
    at: datetime, *, view: str = "draws:verify", address: str = "203.0.113.7", referrer: str = ""
) -> None:
    write_seen([PublicSeen(at, view, address, referrer, "")])
