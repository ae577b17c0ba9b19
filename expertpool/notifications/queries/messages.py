"""Reads of messages: a user's own, and the records of all that was sent."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from expertpool.core.counting import counted
from expertpool.core.crypto import blind_index
from expertpool.core.fields import readable
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import mask_email, mask_middle, moment_text
from expertpool.core.visibility import told_later
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.channels.outbox import PREFIX
from expertpool.notifications.enums import (
    STATE_TONES,
    AddressKind,
    ChannelCode,
    DeliveryState,
    PutOff,
)
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import (
    OCCASIONS,
    fill_late,
    is_told_back,
    listed_label,
    occasion_label,
)
from expertpool.notifications.queries.subjects import (
    MESSAGE_SUBJECTS,
    About,
    is_fate_told,
    is_named,
    is_secret_whom,
    readable_by,
    sealed_words,
    subject_key,
)

if TYPE_CHECKING:
    from expertpool.accounts.models import User

SEARCHED = 5000  # messages whose names are opened to look for one
UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING)
ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
# Whose site message it is where nobody may see who has an account: no user name has a blank.
NOBODY = " "
# Whether somebody has read something may be told later (`core.visibility.LATER`).
READS = "notifications.message.read_at"
DELETED = "已删除"
NOT_YET_KNOWN = "［发出时确定］"
CODE_HIDDEN = "［仅收件人可见］"
LINK_HIDDEN = "［链接仅收件人可见］"
# Up to what is not ASCII: Chinese goes on behind an address without a blank.
WEB_ADDRESS = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True)
class Notice:
    """A message as somebody else than its recipient sees it.

    The address is masked, and links are left out: whoever has a personal link can answer with it.
    Recipient and text are hidden (``sealed``) while the policy of the subject says so, and with a
    sealed name how it fared: that he has no account says who he is.
    """

    uid: UUID
    created_at: datetime
    sent_at: datetime | None
    read_at: datetime | None
    occasion: str
    channel: str
    state: str
    tone: str
    detail: str
    attempts: int | None
    sealed: bool
    hidden: str  # the words that stand in place of what is ``sealed``
    recipient: str
    address: str
    subject: str
    body: str
    deletion: str  # by whom, when and why its text was deleted; empty while it is there


@dataclass(frozen=True)
class LetterShare:
    """What share of those who were told of an occasion got a letter, by whichever channel, wait for
    one, got none, or had it cancelled: 全部、多数、少数, or nothing."""

    occasion: str
    waiting: str
    sent: str
    failed: str
    cancelled: str


def recipient_key(account: str, about: About | None = None) -> bytes:
    """Return the blind index by which site messages to ``account`` are found. Of letters about what a
    user may be behind without anybody knowing (`MessageSubject.own`) it is another about each, so
    that nobody sees by it that two of them go to one person."""
    own = about is not None and is_secret_whom(about)
    scope = "".join(f":{part}" for part in subject_key(about)) if about and own else ""
    return blind_index("recipient", account + scope)


def is_to_nobody(message: Message) -> bool:
    """Tell whether ``message`` went into an inbox that nobody has (`services.sending`): by what is
    encrypted, since all else of it is as if somebody had an account."""
    return lives_of(message) == AddressKind.ACCOUNT and readable(message, "address") == NOBODY


def own_messages(user: User) -> QuerySet[Message]:
    """Return the site messages to ``user`` that have arrived, newest first. What it finds is what
    rows say: `is_addressed_to` tells of each whether it is his."""
    return Message.objects.filter(_IN_INBOX, recipient_key__in=_keys_of(user))


_IN_INBOX = Q(channel=ChannelCode.SITE, state__in=ARRIVED, deleted_at__isnull=True)


def _keys_of(user: User) -> list[bytes]:
    hidden = [
        (subject.code, pk)
        for subject in MESSAGE_SUBJECTS
        if subject.own is not None
        for pk in subject.own(user)
    ]
    return [recipient_key(user.username, about) for about in (None, *hidden)]


def is_addressed_to(user: User, message: Message) -> bool:
    """Tell whether the site ``message`` was written to ``user``: one that was led into his inbox by
    writing rows says so, since its address is encrypted for its own row."""
    return readable(message, "address") == user.username


def unread_messages(user: User) -> QuerySet[Message]:
    return own_messages(user).filter(read_at__isnull=True)


def count_unread(user: User) -> int:
    """Return how many there are: asked by every page, and of most users by one key."""
    keys = _keys_of(user)
    unread = _unread.given(key=keys[0]) if len(keys) == 1 else unread_messages(user)
    (count,) = counted([unread])
    return count


_unread = Prepared(
    lambda: Message.objects.filter(
        _IN_INBOX, recipient_key=Given("key"), read_at__isnull=True
    ).values("pk")
)


def messages_visible_to(user: User) -> QuerySet[Message]:
    """Return the records of messages for holders of notifications.view, without what is told later;
    otherwise none."""
    messages = Message.objects.select_related("deleted_by")
    return told(messages) if user.has_permission("notifications.view") else messages.none()


def told(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Leave out those of which nobody is told yet how they fare."""
    return messages.exclude(told_later(Message))


def shares_told_later(messages: QuerySet[Message]) -> list[LetterShare]:
    """Return how those fare of which no reader is told more, by occasion. No number: of letters it
    says how many have an address, of few who sit it is a line (docs/decisions/0133). Nor what anybody causes who
    writes in the name of one of them: that it is there says that he sits (docs/decisions/0551)."""
    rows = messages.filter(told_later(Message)).only(
        "occasion", "channel", "state", "key", "address", "about_id"
    )
    letters: dict[str, dict[str, list[Message]]] = defaultdict(lambda: defaultdict(list))
    for row in rows.select_related(None):
        if is_told_back(row.occasion):
            continue
        # What one is told over several channels, and again after a failure, is one letter.
        letters[row.occasion][row.key.partition("+")[0].rpartition(":")[0]].append(row)
    return [_share(code, list(letters[code].values())) for code in sorted(letters)]


def _share(occasion: str, letters: Sequence[Sequence[Message]]) -> LetterShare:
    found = Counter(_fare(copies) for copies in letters)
    return LetterShare(
        occasion_label(occasion), **{way: _words(found[way], len(letters)) for way in FARES}
    )


def _fare(copies: Sequence[Message]) -> str:
    """How a letter fares by its best copy; an inbox counts where there is no other way
    (`queries.reach.reached_at`), or it would tell of accounts."""
    outside = [one for one in copies if CHANNELS[one.channel].is_outward]
    ways = {_fares(one) for one in outside or copies}
    return next(way for way in FARES if way in ways)


def _words(count: int, total: int) -> str:
    if not count:
        return ""
    return "全部" if count == total else "多数" if 2 * count >= total else "少数"


# In the order in which they count for who is told over several channels.
FARES = {
    "sent": ARRIVED,
    "waiting": UNDER_WAY,
    "failed": (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.NO_ACCOUNT),
    "cancelled": (DeliveryState.CANCELLED,),
}


def _fares(message: Message) -> str:
    if is_to_nobody(message):
        return "failed"
    return next(way for way, states in FARES.items() if message.state in states)


def messages_about(about_type: str, ids: Iterable[str | int]) -> QuerySet[Message]:
    """Return the messages about some subjects of one type (``a | b`` joins several types).

    The caller has checked the right to the subjects; show the rows through `notices`.
    """
    rows = Message.objects.filter(about_type=about_type, about_id__in=[str(pk) for pk in ids])
    return rows.select_related("deleted_by")


def notices(messages: Iterable[Message], *, viewer: User) -> list[Notice]:
    """Return ``messages`` as ``viewer`` may see them now."""
    found = list(messages)
    readable, unread = readable_by(viewer, found), _read_untold(found)
    return [
        _notice(message, sealed=message.pk not in readable, unread=message.pk in unread)
        for message in found
    ]


def _read_untold(messages: Iterable[Message]) -> set[int]:
    """Return those ``messages`` of which nobody is told yet that they were read."""
    read = [one.pk for one in messages if one.read_at is not None]
    rows = Message.objects.filter(told_later(READS), pk__in=read).order_by()
    return set(rows.values_list("pk", flat=True)) if read else set()


def sent_to(name: str, messages: QuerySet[Message], *, viewer: User) -> list[int]:
    """Return which of the latest ``messages`` (`SEARCHED`) went to somebody whose name has ``name`` in it, as far as
    ``viewer`` may read whose they are. Names are encrypted, and no index says that two letters go to one person
    (docs/decisions/0085)."""
    shown = ("key", "recipient", "about_type", "about_id", "deleted_at")
    latest = messages.select_related(None).only(*shown).order_by("-id")[:SEARCHED]
    found = [one for one in latest if name in readable(one, "recipient")]
    may = readable_by(viewer, found)
    return [one.pk for one in found if one.pk in may or is_named(one)]


def in_state(state: str) -> Q:
    """Return the condition of messages that stand in ``state`` as far as anybody is told."""
    unread = Q(state=DeliveryState.READ) & told_later(READS)
    if state == DeliveryState.READ:
        return Q(state=state) & ~unread
    if state == DeliveryState.FAILED:
        lacking = (
            Q(channel=one.code, detail=one.missing_address) for one in CHANNELS if one.optional
        )
        return Q(state=state) & ~reduce(or_, lacking)
    return Q(state=state) | unread if state == DeliveryState.SENT else Q(state=state)


def outbox_messages() -> QuerySet[Message]:
    """Return what went to the development outbox, newest first."""
    return Message.objects.filter(provider_id__startswith=PREFIX)


def _notice(message: Message, *, sealed: bool, unread: bool) -> Notice:
    fares = not sealed or is_fate_told(message)
    named = is_named(message) and message.deleted_at is None
    sealed = sealed or message.deleted_at is not None
    gone = fares and is_to_nobody(message)
    state = DeliveryState.NO_ACCOUNT if gone else DeliveryState(message.state)
    if unread:
        state = DeliveryState.SENT
    label, tone = str(state.label), STATE_TONES[state]
    if _lacks_address(message):
        label, tone = message.detail, "grey"
    return Notice(
        uid=message.uid,
        created_at=message.created_at,
        sent_at=message.sent_at if fares and not gone else None,
        read_at=message.read_at if fares and not unread else None,
        occasion=listed_label(message.occasion),
        channel=ChannelCode(message.channel).label,
        state=label if fares else sealed_words(message),
        tone=tone if fares else "grey",
        detail=(_waits_for(message) or message.detail) if fares and message.detail != label else "",
        attempts=message.attempts if fares else None,
        sealed=sealed,
        recipient=DELETED
        if message.deleted_at
        else sealed_words(message)
        if sealed and not named
        else readable(message, "recipient"),
        address="" if sealed and not named else masked_address(message),
        hidden="" if not sealed else DELETED if message.deleted_at else sealed_words(message),
        subject="" if sealed else readable(message, "subject"),
        body="" if sealed else readable(message, "body", lambda text: _told(message, text)),
        deletion=_deletion(message),
    )


def _waits_for(message: Message) -> str:
    """Say that ``message`` waits for its turn, and until when; empty where it does not."""
    if message.state != DeliveryState.QUEUED or message.put_off != PutOff.PACE:
        return ""
    return f"{PutOff.PACE.label}，{moment_text(message.due_at)} 起发出"


def _lacks_address(message: Message) -> bool:
    """Tell whether ``message`` was to go by a way that its recipient does not have to have: nothing went wrong."""
    channel = CHANNELS[message.channel]
    lacks = message.state == DeliveryState.FAILED and message.detail == channel.missing_address
    return channel.optional and lacks


def _told(message: Message, body: str) -> str:
    """Return ``body`` without links, and saying what is known only when it goes out."""
    occasion = OCCASIONS.get(message.occasion)
    late = dict.fromkeys(occasion.late if occasion else (), NOT_YET_KNOWN)
    told = WEB_ADDRESS.sub(LINK_HIDDEN, fill_late(body, late))
    code = readable(message, "answer_code")
    return told.replace(code, CODE_HIDDEN) if code else told


def _deletion(message: Message) -> str:
    if message.deleted_at is None:
        return ""
    at = moment_text(message.deleted_at)
    return f"{message.deleted_by} {at} 删除：{message.deletion_reason}"


def lives_of(message: Message) -> AddressKind:
    """Return to which address of its recipient ``message`` goes."""
    return CHANNELS[message.channel].lives_of


def masked_address(message: Message) -> str:
    if lives_of(message) == AddressKind.ACCOUNT:
        return ""

    def mask(address: str) -> str:
        if lives_of(message) == AddressKind.EMAIL:
            return mask_email(address) if address else ""
        return mask_middle(address, head=3, tail=4)

    return readable(message, "address", mask)
