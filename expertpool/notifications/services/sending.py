"""Telling somebody something: the one door to a new message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import TextField

from expertpool.accounts.models import User
from expertpool.core.lookups import Among
from expertpool.core.placeholders import mark
from expertpool.core.prepared import Given, Prepared
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.notifications.channels import CHANNELS, Channel
from expertpool.notifications.enums import AddressKind, ChannelCode, DeliveryState
from expertpool.notifications.models import Message, store_registered
from expertpool.notifications.occasions import OCCASIONS, Occasion, fill, fill_registered
from expertpool.notifications.queries.channels import waits_apart, ways_outside
from expertpool.notifications.queries.messages import NOBODY, is_to_nobody, recipient_key
from expertpool.notifications.queries.replies import answer_key
from expertpool.notifications.queries.subjects import About, is_secret_whom, subject_key
from expertpool.notifications.queries.templates import TemplateState, states_of
from expertpool.notifications.services.attachments import Document
from expertpool.notifications.services.queueing import queue

OF_TEXT = (
    *("occasion", "channel", "subject", "body", "registered", "answer_code"),
    *("about_type", "about_id"),
)
SHUT_ADDRESS = "{}无法读取：数据被改动过，须重新填写"


@dataclass(frozen=True)
class Recipient:
    """Who is told. ``account`` is the user name for site messages; empty addresses are allowed.
    ``shut`` are those that stand in his record and do not open: none that he could be told at."""

    account: str | None
    name: str
    phone: str = ""
    email: str = ""
    wechat: str = ""
    shut: frozenset[AddressKind] = frozenset()

    @classmethod
    def of_account(cls, user: User) -> Recipient:
        """Return who has this account, by all that it says of him."""
        return cls(user.username, user.name, user.phone, user.email)

    def address(self, kind: AddressKind) -> str:
        """Return where a channel that lives of ``kind`` finds him; empty: nowhere."""
        return {
            AddressKind.ACCOUNT: self.account or "",
            AddressKind.PHONE: self.phone,
            AddressKind.EMAIL: self.email,
            AddressKind.WECHAT: self.wechat,
        }[kind]


@dataclass(frozen=True)
class Envelope:
    """What one recipient is told. ``context`` has a value for each placeholder of the occasion;
    ``key`` (at most 90 characters) makes it idempotent; ``attachments`` go along by e-mail. ``spoken`` are the values that
    are said otherwise where a telephone is called: whoever picks up hears them."""

    recipient: Recipient
    context: Mapping[str, str]
    about: About
    key: str
    attachments: Sequence[Attachment | Document] = ()
    spoken: Mapping[str, str] = field(default_factory=dict)


def send_message(
    *,
    occasion: str,
    recipient: Recipient,
    channels: Iterable[str],
    context: Mapping[str, str],
    about: About,
    key: str,
    now: datetime,
    attachments: Sequence[Attachment | Document] = (),
    kind: str | None = None,
) -> list[Message]:
    """Tell one recipient: `send_messages` with a single envelope."""
    envelope = Envelope(recipient, context, about, key, attachments)
    return send_messages(
        occasion=occasion, envelopes=[envelope], channels=channels, now=now, kind=kind
    )


@transaction.atomic
def send_messages(
    *,
    occasion: str,
    envelopes: Sequence[Envelope],
    channels: Iterable[str],
    now: datetime,
    surely: bool = False,
    waits: Mapping[str, timedelta] | None = None,
    kind: str | None = None,
) -> list[Message]:
    """Write one message for each envelope and channel and queue their delivery, in this transaction;
    ``surely``: whom none of ``channels`` reaches outside of this site by another that does. ``waits``: how
    long after the first that reaches him the message of a channel follows, unless it is cancelled by then. Whoever is told
    outside of this site is told by what goes `besides`, too. ``kind`` is that of the project which an occasion
    ``by_kind`` is about, empty where it has none.

    A second call with the same key returns the messages of the first. A channel for which the
    recipient has no address gives a message that has FAILED, with the reason, so that the record
    is complete; that he has no account (NO_ACCOUNT) is none of anybody's faults. Where nobody may see
    who is told (`MessageSubject.own`), a message to no account goes out to nobody, like the others.

    Raises LookupError for an undeclared occasion, placeholder value or channel, TypeError where an occasion ``by_kind``
    is not told the kind: the general text would go out unseen.
    """
    declared = OCCASIONS[occasion]
    if declared.by_kind != (kind is not None):
        raise TypeError(f"{occasion}: by_kind is {declared.by_kind}, kind is {kind!r}")
    besides = _besides(declared)
    chosen = [channel for channel in channels if channel not in besides]
    others = states_of(
        declared, [*chosen, *besides, *(declared.channels if surely else ())], kind or ""
    )
    states = [state for state in others if state.channel in chosen]
    if besides and not any(CHANNELS[channel].is_outward for channel in chosen):
        besides = []
    also = [state for state in others if state.channel in besides and not state.why_unsent]
    drafts: dict[str, tuple[Message, Envelope]] = {}
    for envelope in envelopes:
        instead = _instead(envelope.recipient, declared, states, others) if surely else ()
        more = [state for state in also if _is_told_besides(envelope, state)]
        own = [_draft(envelope, declared, state, now) for state in [*states, *instead, *more]]
        if waits:
            _let_wait(own, waits)
        drafts |= {draft.key: (draft, envelope) for draft in own}
    known = set(_known_keys.all(keys=list(drafts)))
    new = [key for key in drafts if key not in known]
    Message.objects.bulk_create((drafts[key][0] for key in new), ignore_conflicts=True)
    # Read back: where conflicts are ignored no ids come from the insert.
    stored = {message.key: message for message in _written.all(keys=list(drafts))}
    _attach_files([(stored[key], drafts[key][1]) for key in new], [one.at(now) for one in others])
    # Had somebody else written the same key meanwhile, a second job for it would do nothing.
    queued = [stored[key] for key in new if stored[key].state == DeliveryState.QUEUED]
    for wait in {message.wait for message in queued}:
        found = [(message.pk, message.occasion) for message in queued if message.wait == wait]
        queue(found, at=now + wait if wait else None)
    return [stored[key] for key in drafts]


_of_keys = Among("key", Given("keys", TextField))
_known_keys = Prepared(
    lambda: Message.objects.filter(_of_keys).order_by().values_list("key", flat=True)
)
_written = Prepared(lambda: Message.objects.filter(_of_keys).order_by())


def _besides(occasion: Occasion) -> list[ChannelCode]:
    """Return by what whoever has an address for it is told of ``occasion`` besides the channels that are chosen."""
    if occasion.by_plan:
        return []
    found = (code for code in occasion.channels if code in CHANNELS and CHANNELS[code].besides)
    return [code for code in found if CHANNELS[code].is_configured()]


def _is_told_besides(envelope: Envelope, state: TemplateState) -> bool:
    kind = CHANNELS[state.channel].lives_of
    # No row may say by what somebody is reached who is not named yet.
    return bool(envelope.recipient.address(kind)) and not is_secret_whom(envelope.about)


def _let_wait(drafts: Iterable[Message], waits: Mapping[str, timedelta]) -> None:
    """Let those of ``drafts``, of one recipient, follow the first that finds him where he is."""
    outward = [
        draft
        for draft in drafts
        if draft.state == DeliveryState.QUEUED and CHANNELS[draft.channel].is_outward
    ]
    apart = waits_apart((draft.channel for draft in outward), waits)
    for draft in outward:
        if wait := apart[ChannelCode(draft.channel)]:
            draft.wait, draft.due_at = wait, draft.due_at + wait


def _instead(
    recipient: Recipient,
    occasion: Occasion,
    states: Sequence[TemplateState],
    others: Sequence[TemplateState],
) -> list[TemplateState]:
    """Return the first of ``others`` that reaches ``recipient`` outside, where none of ``states`` does."""
    ways = ways_outside(occasion, phone=recipient.phone, email=recipient.email)
    if any(not state.why_unsent and state.channel in ways for state in states):
        return []
    usable = {state.channel: state for state in others if not state.why_unsent}
    return [usable[way] for way in ways if way in usable][:1]


def _draft(envelope: Envelope, occasion: Occasion, state: TemplateState, now: datetime) -> Message:
    late = {name: mark(name) for name in occasion.late}
    channel = CHANNELS[state.channel]
    context = {**envelope.context, **(envelope.spoken if channel.calls else {}), **late}
    # Every one, whatever today's text uses: an administrator may use another tomorrow.
    missing = occasion.placeholders.keys() - context.keys()
    if missing:
        raise KeyError("、".join(sorted(missing)))
    about_type, about_id = subject_key(envelope.about)
    template = state.text_at(now)
    text = fill(template, context)
    documents = [item for item in envelope.attachments if isinstance(item, Document)]
    values = {
        "recipient": envelope.recipient.name,
        "subject": text.subject,
        "body": text.body,
        "registered": store_registered(fill_registered(template, context)),
        "about_type": about_type,
        "about_id": about_id,
        "created_at": now,
        "due_at": now,
        **_answer(channel, envelope, occasion),
        "documents": [[item.kind, str(item.id)] for item in documents if channel.carries_files],
        **_destination(channel, envelope, state),
    }
    key = f"{envelope.key}:{state.channel}"
    return Message(key=key, occasion=occasion.code, channel=state.channel, **values)


def _answer(channel: Channel, envelope: Envelope, occasion: Occasion) -> dict[str, object]:
    """Return by what an answer is known again, where the channel takes any."""
    code = envelope.context[occasion.answer] if occasion.answer else ""
    address = envelope.recipient.address(channel.lives_of)
    if not code or not address or not channel.takes_answer(code):
        return {}
    return {"answer_code": code, "answer_key": answer_key(address, code)}


def _destination(channel: Channel, envelope: Envelope, state: TemplateState) -> dict[str, object]:
    """Return where the message goes, or the state of one that cannot go."""
    if state.why_unsent:
        return {"state": DeliveryState.FAILED, "detail": state.why_unsent}
    if where := _address_of(channel, envelope.recipient, envelope.about):
        return where
    if channel.lives_of in envelope.recipient.shut:
        detail = SHUT_ADDRESS.format(channel.lives_of.label)
        return {"state": DeliveryState.FAILED, "detail": detail}
    no_account = channel.lives_of == AddressKind.ACCOUNT
    failed = DeliveryState.NO_ACCOUNT if no_account else DeliveryState.FAILED
    return {"state": failed, "detail": channel.missing_address}


def _address_of(channel: Channel, recipient: Recipient, about: About) -> dict[str, object]:
    """Return where ``recipient`` is told by ``channel``; nothing where he has no address that opens."""
    if channel.lives_of == AddressKind.ACCOUNT:
        account = recipient.account
        if account is None and is_secret_whom(about):
            account = NOBODY  # goes out like the others, so that no row says who has no account
        if account is None:
            return {}
        # By the key his message is found, by the address he is known again.
        return {"recipient_key": recipient_key(account, about), "address": account}
    address = recipient.address(channel.lives_of)
    return {"address": address} if address else {}


def _attach_files(
    messages: Iterable[tuple[Message, Envelope]], states: Iterable[TemplateState]
) -> None:
    """Give the new messages the files of their envelopes and of their templates."""
    of_template = {
        state.channel: list(attachments_of(state.template))
        for state in states
        if state.template and CHANNELS[state.channel].carries_files
    }
    link = Message.attachments.through
    links = [
        link(message_id=message.pk, attachment_id=file.pk)
        for message, envelope in messages
        if CHANNELS[message.channel].carries_files
        for file in (*envelope.attachments, *of_template.get(ChannelCode(message.channel), ()))
        if isinstance(file, Attachment)
    ]
    # A file may come with the envelope and with the template.
    link.objects.bulk_create(links, ignore_conflicts=True)


@transaction.atomic
def send_again(
    *, messages: Iterable[Message], recipient: Recipient, now: datetime
) -> list[Message]:
    """Send copies of ``messages`` that failed to ``recipient``, at the addresses he has now; return
    them. The same text, so that a personal link stays the one that counts. A message that could not
    go out before for want of an address may now; one that still cannot makes no copy, or none that
    is returned."""
    copies = []
    for message in messages:
        channel = CHANNELS[message.channel]
        where = _address_of(channel, recipient, (message.about_type, message.about_id))
        if where and channel.is_configured():
            own = {name: getattr(message, name) for name in OF_TEXT}
            copy = Message(
                key=f"{message.key.partition('+')[0]}+{message.pk}",
                recipient=recipient.name,
                documents=message.documents,
                created_at=now,
                due_at=now,
                answer_key=(
                    message.answer_code and answer_key(str(where["address"]), message.answer_code)
                )
                or None,
                **own,
                **where,
            )
            copy.save(force_insert=True)
            copy.attachments.set(message.attachments.all())
            copies.append(copy)
    queue((copy.pk, copy.occasion) for copy in copies)
    return [copy for copy in copies if not is_to_nobody(copy)]
