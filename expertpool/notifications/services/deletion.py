"""Deleting the texts of messages; that they were sent stays on record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record
from expertpool.core.events import publish
from expertpool.core.text import SAY_MORE, if_seen, is_reason, whole
from expertpool.notifications.events import MessageDeleted
from expertpool.notifications.exceptions import DeletionRefused
from expertpool.notifications.models import MOST_REASON, Message
from expertpool.notifications.occasions import listed_label
from expertpool.notifications.queries.messages import UNDER_WAY


@transaction.atomic
def delete_messages(
    *, messages: Iterable[Message], reason: str, actor: User | None, now: datetime
) -> int:
    """Empty recipient, address and text of ``messages``, each with a log entry; return how many.

    The row stays: occasion, channel, state and times, who deleted it and why. What was deleted
    before, or is still on its way, is passed over. The caller has checked the right to the
    subject. Announces MessageDeleted of each. Refuses an empty ``reason``, and one that is too long (DeletionRefused).
    """
    reason = whole(if_seen(reason), MOST_REASON, DeletionRefused)
    if not is_reason(reason):
        raise DeletionRefused(f"请填写删除的原因{SAY_MORE}。")
    emptied: dict[str, Any] = {
        "recipient": "",
        "recipient_key": None,
        "address": "",
        "subject": "",
        "body": "",
        "registered": "",
        "answer_code": "",
        "answer_key": None,
        "documents": [],
        "deleted_at": now,
        "deleted_by": actor,
        "deletion_reason": reason,
    }
    deleted = 0
    for message in messages:
        # By a condition: a message that waits may be claimed at this moment.
        rows = Message.objects.filter(pk=message.pk, deleted_at__isnull=True)
        if rows.exclude(state__in=UNDER_WAY).update(**emptied):
            message.attachments.clear()
            publish(MessageDeleted(message.pk))
            _log(message, reason, actor=actor, now=now)
            deleted += 1
    return deleted


def _log(message: Message, reason: str, *, actor: User | None, now: datetime) -> None:
    """Log what kind of message it was, never its text."""
    record(
        "notifications.delete",
        actor=actor,
        now=now,
        subject=message,
        before={"通知": listed_label(message.occasion)}
        | in_words(message, "channel", "state", "created_at", "about_type", "about_id"),
        note=reason,
    )
