"""Telling somebody something: the one door to a new message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from expertpool.core.jobs import defer
from expertpool.files.models import Attachment
from expertpool.notifications.channels import CHANNELS, Channel
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import fill, get_occasion
from expertpool.notifications.queries.messages import recipient_key
from expertpool.notifications.queries.subjects import About, subject_key
from expertpool.notifications.queries.templates import TemplateState, template_state
from expertpool.notifications.services.attachments import Document
from expertpool.notifications.tasks import deliver_message

TEMPLATE_OFF = "该渠道的模板已停用"


@dataclass(frozen=True)
class Recipient:
    """Who is told. ``user_id`` is the account for site messages; empty addresses are allowed."""

    user_id: int | None
    name: str
    phone: str = ""
    email: str = ""


@transaction.atomic
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
) -> list[Message]:
    """Write one message for each channel and queue its delivery, all in this transaction.

    ``context`` has a value for each placeholder of ``occasion``. ``key`` (at most 90 characters)
    makes it idempotent: a second call with the same key returns the messages of the first. A
    channel for which the recipient has no address gives a message that has FAILED, with the
    reason, so that the record is complete. ``attachments`` go along by e-mail.

    Raises LookupError for an undeclared occasion, placeholder value or channel.
    """
    declared = get_occasion(occasion)
    missing = declared.placeholders.keys() - context.keys()
    if missing:
        raise KeyError("、".join(sorted(missing)))
    about_type, about_id = subject_key(about)
    messages = []
    for code in dict.fromkeys(channels):
        state = template_state(declared, code)
        text = fill(state.text, context)
        message, created = Message.objects.get_or_create(
            key=f"{key}:{code}",
            defaults={
                "occasion": occasion,
                "channel": state.channel,
                "recipient": recipient.name,
                "subject": text.subject,
                "body": text.body,
                "about_type": about_type,
                "about_id": about_id,
                "created_at": now,
                "due_at": now,
                **_destination(CHANNELS[code], recipient, state),
            },
        )
        if created:
            _attach(message, state, attachments)
            if message.state == DeliveryState.QUEUED:
                defer(deliver_message, message_id=message.pk)
        messages.append(message)
    return messages


def _destination(channel: Channel, recipient: Recipient, state: TemplateState) -> dict[str, object]:
    """Return where the message goes, or the state of one that cannot go."""
    if not state.active:
        return {"state": DeliveryState.FAILED, "detail": TEMPLATE_OFF}
    if channel.code == ChannelCode.SITE:
        if recipient.user_id:
            return {"recipient_key": recipient_key(recipient.user_id)}
    elif address := recipient.phone if channel.code == ChannelCode.SMS else recipient.email:
        return {"address": address}
    return {"state": DeliveryState.FAILED, "detail": channel.missing_address}


def _attach(
    message: Message, state: TemplateState, attachments: Sequence[Attachment | Document]
) -> None:
    if not CHANNELS[message.channel].carries_files:
        return
    files = [item for item in attachments if isinstance(item, Attachment)]
    if state.template:
        files += state.template.attachments.all()
    message.attachments.add(*files)
    documents = [(item.kind, str(item.id)) for item in attachments if isinstance(item, Document)]
    if documents:
        message.documents = documents
        message.save(update_fields=["documents"])
