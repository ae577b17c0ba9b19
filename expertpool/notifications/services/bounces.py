"""Letters that came back: what the mailbox of returns says is taken as what a provider tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.notifications.channels.base import DeliveryReport
from expertpool.notifications.channels.email.bounces import may_be_bounce, read_bounce
from expertpool.notifications.channels.email.mailbox import (
    MailAccount,
    MailboxUnreadable,
    Place,
    mail_account,
    read_new,
)
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import Message, ReturnMailbox
from expertpool.notifications.services.reports import take_reports


def read_bounces(*, now: datetime) -> int:
    """Read what came back since the last time; return how many of our letters were found to.

    Never inside a transaction. What cannot be read is read the next time; read twice, it counts once.
    """
    account = mail_account(value_of)
    if account is None:
        ReturnMailbox.objects.all().delete()
        return 0
    box = _box_of(account)
    since = Place(box.validity, box.uid) if box.read_at else None
    try:
        letters, place = read_new(account, since, wanted=may_be_bounce, now=now)
    except MailboxUnreadable as error:
        ReturnMailbox.objects.filter(pk=box.pk).update(
            detail=f"{error}"[:300], failing_since=box.failing_since or now
        )
        return 0
    bounces = [one for one in map(read_bounce, letters) if one is not None]
    count = take_reports(provider=ChannelCode.EMAIL, reports=_ours(bounces), now=now)
    ReturnMailbox.objects.filter(pk=box.pk).update(
        validity=place.validity, uid=place.uid, read_at=now, detail="", failing_since=None
    )
    return count


def _box_of(account: MailAccount) -> ReturnMailbox:
    """Return how far ``account`` has been read; of the one before nothing is kept."""
    key = blind_index("notifications.mailbox", f"{account.host}\0{account.user}").hex()
    ReturnMailbox.objects.exclude(key=key).delete()
    return ReturnMailbox.objects.get_or_create(key=key)[0]


def _ours(bounces: Iterable[DeliveryReport]) -> list[DeliveryReport]:
    """Return those that are about a letter of this system, by its own names: anybody may write to this mailbox, and
    whatever he likes."""
    known = {uid: one for one in bounces if (uid := _uid(one)) is not None}
    found = Message.objects.filter(uid__in=known, channel=ChannelCode.EMAIL)
    return [
        replace(known[uid], provider_id=number, reference=f"x.{uid.hex}")
        for uid, number in found.values_list("uid", "provider_id")
    ]


def _uid(report: DeliveryReport) -> UUID | None:
    try:
        return UUID(hex=report.reference.rpartition(".")[2])
    except ValueError:
        return None
