"""What other apps announce, as it matters to calls."""

from __future__ import annotations

from expertpool.notifications.events import MessageDeleted
from expertpool.telephone.services.calls import forget_tapes


def message_deleted(event: MessageDeleted) -> None:
    """Let what was said go with what was written: it names whom it was said to."""
    forget_tapes(message_id=event.message_id)
