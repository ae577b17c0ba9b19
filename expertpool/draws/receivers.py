"""What happens to letters, as it matters to draws."""

from __future__ import annotations

from expertpool.core.jobs import defer
from expertpool.draws.occasions import LETTERS
from expertpool.notifications.events import MessageFailed, MessageSent
from expertpool.notifications.models import Message


def letter_moved(event: MessageSent | MessageFailed) -> None:
    """Look at the clock of an invitation whose letter went out or came back. A job of its own: the
    letter has gone out, whatever holds up the draw."""
    letters = Message.objects.filter(about_type="draws.invitation", occasion__in=LETTERS)
    for about_id in letters.filter(pk=event.message_id).values_list("about_id", flat=True):
        defer("draws.keep_clock", invitation_id=int(about_id))
