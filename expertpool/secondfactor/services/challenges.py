"""What a browser is asked to sign: kept in its session, for a while, and good for one answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

KEY = "passkey_challenge"
VALID = timedelta(minutes=5)  # between the challenge and its answer


def keep_challenge(session: Any, challenge: str, *, now: datetime) -> None:
    session[KEY] = [challenge, (now + VALID).timestamp()]


def take_challenge(session: Any, *, now: datetime) -> str:
    """Return what the browser was to sign, which counts once; empty where it was asked nothing, or too long ago."""
    kept = session.pop(KEY, None)
    if not isinstance(kept, list) or kept[1] < now.timestamp():
        return ""
    return str(kept[0])
