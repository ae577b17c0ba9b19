"""Facts about messages. ``MessageFailed`` also when the recipient had no address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MessageSent:
    """The channel took the message."""

    message_id: int


@dataclass(frozen=True)
class MessageFailed:
    """The message was given up: refused for good, or tried as often as allowed."""

    message_id: int


@dataclass(frozen=True)
class MessageUnknown:
    """Nobody knows whether the message went out, and its provider does not say: it cannot be asked, or has been for half
    an hour (then again at each later asking)."""

    message_id: int


@dataclass(frozen=True)
class MessageDeleted:
    """Recipient and text of a message were emptied; its row and its attempts stay."""

    message_id: int


@dataclass(frozen=True)
class MessageAnswered:
    """The recipient of a message wrote back (`models.Reply`)."""

    reply_id: int


@dataclass(frozen=True)
class TemplateRewritten:
    """Somebody writes a text of an occasion anew, or switches it off or on: ``before`` and ``after`` as
    logged, in force from ``since`` on (None: at once).

    Announced before it is stored, so that who is told of it is told by the texts as they were.
    """

    template_id: int
    actor_id: int
    at: datetime
    before: Mapping[str, object]
    after: Mapping[str, object]
    since: datetime | None
