"""Whether the ways out work: asked by pages now, and by whoever stops trying meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from expertpool.core.configuration import Span
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import AddressKind, ChannelCode
from expertpool.notifications.models import ChannelHealth
from expertpool.notifications.occasions import Occasion

# Attempts in a row, of whichever messages, that failed by the channel itself, or messages that it takes none of.
DOWN_AFTER = 3


@dataclass(frozen=True)
class ChannelState:
    """How a channel works. ``failures``: attempts in a row that failed; ``for_now``: messages in a row that it did not
    take for now; ``since``: when either began; ``detail`` says why. ``is_unattended``: nothing runs that would carry
    what it has, so that nothing fails either."""

    code: ChannelCode
    failures: int = 0
    for_now: int = 0
    since: datetime | None = None
    detail: str = ""
    worked_at: datetime | None = None
    failed_at: datetime | None = None
    is_unattended: bool = False

    @property
    def label(self) -> str:
        return str(self.code.label)

    @property
    def is_down(self) -> bool:
        return self.is_unattended or self.failures >= DOWN_AFTER

    @property
    def takes_none(self) -> bool:
        """Whether it answers and takes no message: of one or two the mailbox may be full."""
        return self.for_now >= DOWN_AFTER


def configured(channels: Iterable[str]) -> list[ChannelCode]:
    """Return those of ``channels`` by which this site can send, in their order."""
    return [code for one in channels if CHANNELS[code := ChannelCode(one)].is_configured()]


def reaches_beyond() -> bool:
    """Tell whether this site sends anything beyond itself."""
    return any(one.is_outward and one.is_configured() for one in CHANNELS)


def reaches_phones() -> bool:
    """Tell whether this site sends anything to telephones at all."""
    return bool(ways_by(AddressKind.PHONE))


def ways_outside(occasion: Occasion, *, phone: str, email: str) -> list[ChannelCode]:
    """Return by which ways beyond this site somebody with these addresses can be told of ``occasion``: what
    rings first. Nothing fails by a way that this site, or the occasion, does not have."""
    addresses = {AddressKind.PHONE: phone, AddressKind.EMAIL: email}
    return [
        way
        for kind, address in addresses.items()
        if address
        for way in ways_by(kind)
        if way in occasion.channels
    ]


def addresses_of(channels: Iterable[str]) -> set[AddressKind]:
    """Return by which addresses ``channels`` reach somebody outside of this site."""
    known = (CHANNELS[code] for code in channels)
    return {one.lives_of for one in known if one.is_outward and one.is_configured()}


def is_outward(channel: str) -> bool:
    """Tell whether ``channel`` finds whom it is for where he is: into this site he has to come."""
    return CHANNELS[channel].is_outward


def inward() -> list[ChannelCode]:
    """Return the channels for which somebody has to come into this site."""
    return [ChannelCode(one.code) for one in CHANNELS if not one.is_outward]


def calling() -> list[ChannelCode]:
    """Return the channels by which a telephone rings and somebody talks with it."""
    return [ChannelCode(one.code) for one in CHANNELS if one.calls]


def follows_after(channel: str) -> timedelta:
    """Return how long after the first letter ``channel`` follows, where the office has set nothing else."""
    return CHANNELS[channel].follows_after


def quiet_hours(channel: str) -> Span | None:
    """Return when ``channel`` rings nobody, where the office has set nothing else."""
    return CHANNELS[channel].quiet


def ways_by(kind: AddressKind) -> list[ChannelCode]:
    """Return the ways beyond this site by which it reaches addresses of ``kind``."""
    return [
        ChannelCode(one.code)
        for one in CHANNELS
        if one.lives_of == kind and one.is_outward and one.is_configured()
    ]


def waits_apart(
    ways: Iterable[str], waits: Mapping[str, timedelta]
) -> dict[ChannelCode, timedelta]:
    """Return how long each of ``ways`` that reach somebody follows the first of them, where they wait as ``waits``."""
    none, found = timedelta(), [ChannelCode(one) for one in ways]
    first = min((waits.get(one, none) for one in found), default=none)
    return {one: waits.get(one, none) - first for one in found}


def channel_state(code: str) -> ChannelState:
    """Return how the channel ``code`` works now."""
    return channel_states()[ChannelCode(code)]


def channel_states() -> dict[ChannelCode, ChannelState]:
    """Return the same of every channel."""
    known = {
        ChannelCode(row.channel): ChannelState(
            ChannelCode(row.channel),
            row.failures,
            row.for_now,
            row.failing_since,
            row.detail,
            row.worked_at,
            row.failed_at,
        )
        for row in ChannelHealth.objects.all()
        if row.channel in CHANNELS and row.provider in ("", CHANNELS[row.channel].provider)
    }
    return {code: known.get(code, ChannelState(code)) for code in ChannelCode}
