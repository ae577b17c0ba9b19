"""Telling that a file with a virus came in (docs/decisions/0161)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import record
from expertpool.core.scanning import VirusFound
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.portal.occasions import VIRUS

REFUSED = "文件没有接收。"
REMOVED = "收到时查杀程序没有答复，此前一直没有人能打开；现在已经删除。"


@transaction.atomic
def tell_virus(event: VirusFound) -> None:
    """Log it, and tell the security administrators, once an hour for the same person and virus; of a
    file that had been taken, also whoever sent it."""
    sender = User.objects.filter(pk=event.user_id).first() if event.user_id else None
    found = {"文件": event.name, "病毒": event.virus, "入口": event.door}
    record("file.virus", actor=sender, now=event.at, after=found)
    told = {user.pk: user for user in users_with_permission(*VIRUS.readers)}
    if sender is not None and event.kept:
        told[sender.pk] = sender
    at = timezone.localtime(event.at)
    context = found | {
        "上传人": sender.name if sender else "系统",
        "时间": moment_text(event.at),
        "处理": REMOVED if event.kept else REFUSED,
    }
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name, email=user.email),
            context=context | {"收件人": user.name},
            about=user,
            key=f"virus:{event.user_id}:{event.virus[:40]}:{at:%Y%m%d%H}:{user.pk}",
        )
        for user in told.values()
    ]
    channels = (ChannelCode.EMAIL, ChannelCode.SITE)
    send_messages(occasion=VIRUS.code, envelopes=envelopes, channels=channels, now=event.at)
