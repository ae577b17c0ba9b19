"""Whether somebody can know what he was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from expertpool.core.fields import readable
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import ARRIVED, is_to_nobody


def is_configured(channel: str) -> bool:
    """Return whether this deployment can send by ``channel``."""
    return CHANNELS[channel].is_configured()


def reached_at(
    letters: Iterable[Message], *, has_channel: Callable[[str], bool] = is_configured
) -> datetime | None:
    """Return since when the recipient of ``letters``, one text over several channels, has been
    reached; None while he has not.

    He is by the first that went out to where he is. His inbox in the product counts only where he
    can be reached no other way: no address, or no channel that this deployment can send by
    (``has_channel``: whoever asks of many asks once of each channel).
    """
    known = [letter for letter in letters if letter.channel in CHANNELS]
    outward = [letter for letter in known if CHANNELS[letter.channel].is_outward]
    if went_out := [letter.sent_at for letter in outward if letter.state in ARRIVED]:
        return min(at for at in went_out if at)
    if any(readable(letter, "address") and has_channel(letter.channel) for letter in outward):
        return None
    inside = [
        letter.sent_at
        for letter in known
        if letter.state in ARRIVED and letter.sent_at and not is_to_nobody(letter)
    ]
    return min(inside, default=None)
