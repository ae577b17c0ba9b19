"""Whether the ways out work: asked by pages now, and by whoever stops trying meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import ChannelHealth

DOWN_AFTER = 3  # attempts in a row, of whichever messages, that failed by the channel itself


@dataclass(frozen=True)
class ChannelState:
    """How a channel works. ``since``: when the failures in a row began; ``detail`` says why."""

    code: ChannelCode
    failures: int = 0
    since: datetime | None = None
    detail: str = ""
    worked_at: datetime | None = None
    failed_at: datetime | None = None

    @property
    def label(self) -> str:
        return str(self.code.label)

    @property
    def is_down(self) -> bool:
        return self.failures >= DOWN_AFTER


def reaches_phones() -> bool:
    """Tell whether this site sends short messages at all."""
    return CHANNELS[ChannelCode.SMS].is_configured()


def ways_outside(*, phone: str, email: str) -> list[ChannelCode]:
    """Return by which ways beyond this site somebody with these addresses can be reached: what rings
    first. Nothing fails by a way that this site does not have."""
    addresses = {ChannelCode.SMS: phone, ChannelCode.EMAIL: email}
    return [
        channel
        for channel, address in addresses.items()
        if address and CHANNELS[channel].is_configured()
    ]


def channel_state(code: str) -> ChannelState:
    """Return how the channel ``code`` works now."""
    return channel_states()[ChannelCode(code)]


def channel_states() -> dict[ChannelCode, ChannelState]:
    """Return the same of every channel."""
    known = {
        ChannelCode(row.channel): ChannelState(
            ChannelCode(row.channel),
            row.failures,
            row.failing_since,
            row.detail,
            row.worked_at,
            row.failed_at,
        )
        for row in ChannelHealth.objects.all()
    }
    return {code: known.get(code, ChannelState(code)) for code in ChannelCode}
