"""What names a message outside."""

from __future__ import annotations

from expertpool.notifications.models import Message


def reference(message: Message) -> str:
    """Return what names the message outside: the same at each attempt, unique for ever."""
    return f"{message.created_at:%Y%m%d%H%M%S}.{message.uid.hex}"
