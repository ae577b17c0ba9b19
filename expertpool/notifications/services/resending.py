"""Sending a message once more that did not arrive, as somebody decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record
from expertpool.core.fields import readable
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.enums import AddressKind, DeliveryState
from expertpool.notifications.exceptions import ResendRefused
from expertpool.notifications.models import Message
from expertpool.notifications.occasions import listed_label
from expertpool.notifications.queries.subjects import is_secret_whom, readable_by
from expertpool.notifications.services.sending import Recipient, send_again

# Later its text says what is over: a deadline, a code.
WITHIN = timedelta(days=7)
OVER = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


def why_not_again(message: Message, *, actor: User, now: datetime) -> str:
    """Return why ``actor`` cannot send ``message`` once more, in words; empty where he can."""
    if is_secret_whom((message.about_type, message.about_id)):
        return "评审的通知请在抽取页面重新发送。"
    if message.pk not in readable_by(actor, [message]):
        return "只有收件人能看的通知不能由他人重新发送。"
    if message.state not in OVER or message.deleted_at is not None:
        return "只有发送失败或结果未知的通知可以重新发送。"
    if message.created_at < now - WITHIN:
        return f"生成已超过 {WITHIN.days} 天，请重新通知。"
    if not readable(message, "address") or not CHANNELS[message.channel].is_configured():
        return "没有地址或没有设置这个渠道，无法发送。"
    if Message.objects.filter(key=_key_of_copy(message)).exists():
        return "已重新发送过，请看后来的那一条记录。"
    return ""


@transaction.atomic
def resend(*, message: Message, actor: User, now: datetime) -> Message:
    """Send a copy of ``message`` to the same address by the same channel, once; return it. Logs who did.

    Refuses (ResendRefused) what `why_not_again` says.
    """
    message = Message.objects.select_for_update().get(pk=message.pk)
    if why := why_not_again(message, actor=actor, now=now):
        raise ResendRefused(why)
    kind = CHANNELS[message.channel].lives_of
    recipient = Recipient(
        account=message.address if kind == AddressKind.ACCOUNT else None,
        name=message.recipient,
        phone=message.address if kind == AddressKind.PHONE else "",
        email=message.address if kind == AddressKind.EMAIL else "",
        wechat=message.address if kind == AddressKind.WECHAT else "",
    )
    (copy,) = send_again(messages=[message], recipient=recipient, now=now)
    record(
        "notifications.resend",
        actor=actor,
        now=now,
        subject=copy,
        after={"通知": listed_label(message.occasion)}
        | in_words(message, "channel", "state", "created_at"),
    )
    return copy


def _key_of_copy(message: Message) -> str:
    return f"{message.key.partition('+')[0]}+{message.pk}"
