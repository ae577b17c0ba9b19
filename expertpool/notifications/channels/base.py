"""What every channel is: takes one message, tells how it ended, and never raises for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol

from expertpool.notifications.enums import AddressKind


class File(NamedTuple):
    """A file that goes with a message."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Outbound:
    """One message on its way out. ``reference`` is ours and the same at each attempt."""

    reference: str
    address: str
    subject: str
    body: str
    files: tuple[File, ...] = ()


class SendStatus(Enum):
    ACCEPTED = auto()
    REJECTED = auto()  # for good: trying again would end the same way
    RETRY = auto()  # nothing was sent, later it may be
    DOWN = auto()  # nor would any other message be: the way out itself does not work
    UNKNOWN = auto()  # the request may have been carried out


@dataclass(frozen=True)
class SendResult:
    """How one attempt ended. ``detail`` is Chinese and names no address."""

    status: SendStatus
    provider_id: str = ""
    detail: str = ""


class Transport(Protocol):
    """How a channel gets its messages out: an SMTP server, a provider's API, the outbox."""

    def send(self, outbound: Outbound) -> SendResult: ...


class Channel(Protocol):
    """One way to tell somebody something.

    ``lives_of``: to which address of the recipient it goes. ``resendable``: a message of which nobody knows whether it went out may go out again (the
    recipient sees that both are the same). ``carries_files``: attachments go along.
    ``missing_address``: why a recipient without an address gets none. ``is_outward``: it finds the
    recipient where he is; the others he has to come for.
    """

    code: str
    lives_of: AddressKind
    is_outward: bool
    resendable: bool
    carries_files: bool
    missing_address: str

    def is_configured(self) -> bool:
        """Tell whether this deployment can send by it at all."""
        ...

    def send(self, outbound: Outbound) -> SendResult:
        """Make one attempt. What the other side refuses is a result, not an exception."""
        ...

    def query(self, reference: str) -> SendResult | None:
        """Ask what became of an attempt that nobody saw end; None when there is no way to tell."""
        ...
