"""What an expert was asked as he read it: an answer to something else is none."""

from __future__ import annotations

from hashlib import sha256

from expertpool.draws.models import Invitation

MOVED_UP = "您已由候补递补为评审专家，请看新的内容后再答复。"
RESCHEDULED = "评审已改期，请看新的时间后再答复。"


def mark_of(invitation: Invitation) -> str:
    """Return the mark of what ``invitation`` asks now: whether he stands by, and when and where each project sits."""
    role = "standby" if invitation.is_standby else "seat"
    slots = [
        (one.pk, one.opening_at.timestamp(), one.closing_at.timestamp(), one.place)
        for one in sorted(invitation.draw.covered, key=lambda one: one.pk)
    ]
    return f"{role}-{sha256(repr(slots).encode()).hexdigest()[:16]}"


def why_not_shown(invitation: Invitation, mark: str) -> str:
    """Return why an answer to what carried ``mark`` is none now, as a sentence; nothing where it is the same."""
    now = mark_of(invitation)
    if mark == now:
        return ""
    return MOVED_UP if mark.partition("-")[0] != now.partition("-")[0] else RESCHEDULED
