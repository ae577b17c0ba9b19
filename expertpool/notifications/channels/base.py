"""What every channel is: takes one message, tells how it ended, and never raises for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

from expertpool.core.configuration import Setting, SettingConstraint, Span, Trial
from expertpool.core.validators import only_writable
from expertpool.notifications.enums import AddressKind, Charged, Decision, DeliveryEventKind
from expertpool.notifications.occasions import Registered


class File(NamedTuple):
    """A file that goes with a message."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Outbound:
    """One message on its way out. ``reference`` is ours and the same at each attempt; ``registered``:
    the same text, for a provider who sends none but those it has approved; ``extension``: digits behind our number
    by which an answer is known again."""

    reference: str
    address: str
    subject: str
    body: str
    files: tuple[File, ...] = ()
    registered: Registered | None = None
    extension: str = ""


class SendStatus(Enum):
    ACCEPTED = auto()
    REJECTED = auto()  # for good: trying again would end the same way
    RETRY = auto()  # nothing was sent, later it may be
    DOWN = auto()  # nor would any other message be: the way out itself does not work
    UNKNOWN = auto()  # the request may have been carried out
    DELIVERED = auto()  # he has it: somebody picked up
    CALLED_OFF = auto()  # while it went out, nobody wanted it any more


@dataclass(frozen=True)
class SendResult:
    """How one attempt ended. ``detail`` is Chinese and names no address; ``again_after``: how long the next one
    waits, where the channel knows better than `services.delivery`."""

    status: SendStatus
    provider_id: str = ""
    detail: str = ""
    again_after: timedelta | None = None

    def __post_init__(self) -> None:
        # The other side says what it likes: half a character, which no row and no page takes.
        for name in ("provider_id", "detail"):
            object.__setattr__(self, name, only_writable(getattr(self, name)))


@dataclass(frozen=True)
class DeliveryReport:
    """What a provider tells of a message that it was given: by its own ``provider_id`` or by our ``reference``
    (`Outbound`). ``code`` is its own word for it, ``at`` when it happened, None where it does not say."""

    kind: DeliveryEventKind
    provider_id: str = ""
    reference: str = ""
    code: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Inbound:
    """What ``sender`` wrote back (a telephone, or an OpenID), to our number with ``extension`` (as far as the provider tells
    it). ``key`` names it with the provider; empty where that gives no number."""

    sender: str
    text: str
    extension: str = ""
    key: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Pressed:
    """Which key somebody pressed in a call that a provider made, of which he tells as in `DeliveryReport`."""

    decision: Decision
    provider_id: str = ""
    reference: str = ""


Told = DeliveryReport | Inbound | Pressed


class ReportUnreadable(ValueError):
    """What came is none of the reports of this provider."""


@dataclass(frozen=True)
class Callback:
    """How a provider pushes reports to us: what it wants to read when we took them, and what its body
    (with its Content-Type, as it stands in the header) says. ``read`` raises ReportUnreadable.

    Of one who signs what it pushes ``opened`` returns the body as it reads, or raises ReportUnreadable, by the
    parameters of the address; ``greeted`` what it wants to read before it pushes for the first time (GET).

    ``mark`` makes of our `Outbound.reference` what one who signs nothing gets of it, which nobody else knows: what it pushes
    counts only with that.
    """

    answer: Callable[[], bytes]
    read: Callable[[bytes, str], Sequence[Told]]
    opened: Callable[[bytes, Mapping[str, str], datetime], bytes] | None = None
    greeted: Callable[[Mapping[str, str], datetime], bytes] | None = None
    mark: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Asked:
    """An attempt of which its provider is asked what became of it."""

    reference: str
    address: str
    provider_id: str
    began_at: datetime
    is_known: Callable[[str], bool]  # whether a provider's number is that of another attempt


class NotAnswered(Exception):
    """The provider was asked and gave no answer: nothing is known."""


class Transport(Protocol):
    """How a channel gets its messages out: an SMTP server, a provider's API, the outbox."""

    def send(self, outbound: Outbound) -> SendResult: ...


class Channel(ABC):
    """One way to tell somebody something.

    ``lives_of``: to which address of the recipient it goes. ``resendable``: a message of which nobody knows whether it went out may go out again (the
    recipient sees that both are the same). ``carries_files``: attachments go along.
    ``missing_address``: why a recipient without an address gets none; ``optional``: to have none is nobody's fault, he is told
    by the others. ``is_outward``: it finds the
    recipient where he is; the others he has to come for. ``has_subject``: a text has a subject line;
    ``registers_texts``: some provider of its keeps the texts itself (`Registered`).

    ``settings`` and ``constraints`` are what the office decides about it, ``trials`` try them before they are
    saved; ``route``: those of them by which whoever changes them reads what is sent, together ``route_name``.

    ``per_minute``: how many of an account of a provider go out at most, ``per_recipient``: how many to one
    address in an hour; 0 for any number.

    ``longest``: how long an attempt takes at most, as a whole: one that has not ended by then has died.

    ``carried_apart``: a process of its own takes its messages (`services.apart`), jobs leave them alone.

    ``calls``: a telephone rings, and somebody talks with it. ``follows_after`` the first letter, and ``quiet`` each day, where
    the office has set nothing else.

    ``besides``: whoever has an address for it is told by it, too, where he is told outside of this site; it replaces none of
    the others (docs/decisions/0399).

    ``provider`` is who carries its messages now; ``providers`` names all who ever may, ``prices`` what a thousand cost
    with each, and ``charged`` a thousand of what (messages where it says nothing); ``shown_only`` names those that carry nothing out of this machine; ``callbacks`` are of those who push reports,
    ``pushes_to`` where whoever administers a provider enters the address for them, ``pushed`` what comes there.
    """

    code: str
    lives_of: AddressKind
    is_outward: bool
    resendable: bool
    carries_files: bool
    has_subject: bool
    missing_address: str
    optional: bool = False
    registers_texts: bool = False
    not_configured: str = ""
    settings: Sequence[Setting[Any]] = ()
    constraints: Sequence[SettingConstraint] = ()
    route: Sequence[Setting[Any]] = ()
    route_name: str = ""
    trials: Sequence[Trial] = ()
    per_minute: Setting[int] | None = None
    per_recipient: Setting[int] | None = None
    providers: Mapping[str, str] = {}
    shown_only: Mapping[str, str] = {}
    prices: Mapping[str, Setting[int]] = {}
    charged: Mapping[str, Charged] = {}
    callbacks: Mapping[str, Callback] = {}
    pushes_to: str = ""
    pushed: str = ""
    longest: timedelta = timedelta(minutes=1)
    carried_apart: bool = False
    calls: bool = False
    follows_after: timedelta = timedelta()
    quiet: Span | None = None
    besides: bool = False

    @property
    def provider(self) -> str:
        return self.code

    @abstractmethod
    def transport(self) -> Transport | None:
        """Return what sends in this deployment; None where nothing is configured."""

    def how_to_answer(self, _code: str) -> str:
        """Return how the recipient of a letter with this code writes back, as the beginning of a sentence; empty where
        he cannot."""
        return ""

    def takes_answer(self, code: str) -> bool:
        """Tell whether the recipient of a letter with this code answers over this channel."""
        return bool(self.how_to_answer(code))

    def extension(self, _code: str) -> str:
        """Return the digits behind our number by which an answer to a letter with this code is known again."""
        return ""

    @property
    def wants_registered(self) -> bool:
        """Whether it sends now only texts that its provider keeps."""
        return False

    @property
    def counts_parts(self) -> bool:
        """Whether a long text is paid as several messages."""
        return Charged.PARTS in self.charged.values()

    def is_configured(self) -> bool:
        """Tell whether this deployment can send by it at all."""
        return self.transport() is not None

    def send(self, outbound: Outbound) -> SendResult:
        """Make one attempt. What the other side refuses is a result, not an exception."""
        transport = self.transport()
        if transport is None:
            return SendResult(SendStatus.REJECTED, detail=self.not_configured)
        return transport.send(outbound)

    def tells(self, provider: str) -> bool:
        """Tell whether ``provider`` says later what became of a message, by itself or when asked."""
        return provider in self.callbacks or self.can_ask(provider)

    def can_ask(self, _provider: str) -> bool:
        """Tell whether ``provider`` can be asked what became of a message."""
        return False

    def ask(self, provider: str, _asked: Asked) -> Sequence[DeliveryReport]:
        """Return what ``provider`` says of an attempt: nothing while it does not know. Raises NotAnswered.

        Never inside a transaction.
        """
        raise LookupError(provider)
