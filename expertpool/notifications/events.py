"""Facts about messages. ``MessageFailed`` also when the recipient had no address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageSent:
    """The channel took the message."""

    message_id: int


@dataclass(frozen=True)
class MessageFailed:
    """The message was given up: refused for good, or tried as often as allowed."""

    message_id: int
