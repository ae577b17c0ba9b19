"""What happens to letters and panels, as it matters to draws."""

from __future__ import annotations

from expertpool.core.jobs import defer
from expertpool.draws.events import PanelSettled
from expertpool.draws.occasions import LETTERS
from expertpool.notifications.events import MessageFailed, MessageSent
from expertpool.notifications.models import Message


def letter_moved(event: MessageSent | MessageFailed) -> None:
    """Look at the clock of an invitation whose letter went out or came back. A job of its own: the
    letter has gone out, whatever holds up the draw."""
    letters = Message.objects.filter(about_type="draws.invitation", occasion__in=LETTERS)
    for about_id in letters.filter(pk=event.message_id).values_list("about_id", flat=True):
        defer("draws.keep_clock", invitation_id=int(about_id))


def panel_settled(event: PanelSettled) -> None:
    """Look whether all who sit now have signed in: who had not may have left."""
    for draw_id in event.draw_ids:
        defer("draws.open_when_present", draw_id=draw_id)
