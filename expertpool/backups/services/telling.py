"""Telling whoever looks after backups."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from expertpool.accounts.queries import users_with_permission
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.backups.models import Backup
from expertpool.backups.occasions import AMISS, MADE, READERS
from expertpool.backups.settings import TOLD
from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages


def tell_bad(backup: Backup, *, now: datetime) -> None:
    """Tell that a backup, when it was tried, was not what it should be."""
    what = f"备份 {backup.name} 试恢复不一致"
    _tell_amiss(what, backup.check_fault, key=f"bad:{backup.pk}", now=now)


def tell_not_tried(backup: Backup, why: str, *, now: datetime) -> None:
    """Tell that nobody knows whether a backup restores."""
    _tell_amiss(f"备份 {backup.name} 没有试恢复", why, key=f"untried:{backup.pk}", now=now)


def tell_not_copied(why: str, *, now: datetime) -> None:
    """Tell that a backup lies in one place only."""
    _tell_amiss("备份没有复制到 S3 服务器", why, key="not-copied", now=now)


def tell_made(backup: Backup, *, now: datetime) -> None:
    """Tell of a backup that succeeded, where the office wants to hear of it."""
    if not value_of(TOLD):
        return
    values = {
        "时间": moment_text(now),
        "备份": backup.name,
        "方式": str(backup.get_kind_display()),
        "大小": filesizeformat(backup.size or 0),
        "位置": backup.directory,
        "条数": f"{backup.chain or 0:,}",
    }
    _send(MADE, values, key=f"backup-made:{backup.pk}", now=now)


@transaction.atomic
def _tell_amiss(what: str, why: str, *, key: str, now: datetime) -> None:
    """Log it and tell it, once a day."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if Entry.objects.filter(action="backup.amiss", at__gte=today, after__事项=what).exists():
        return
    record("backup.amiss", actor=None, now=now, after={"事项": what, "说明": why})
    values = {"时间": moment_text(now), "事项": what, "说明": why[:500]}
    _send(AMISS, values, key=f"backup-{key}:{timezone.localdate(now)}", now=now)


def _send(occasion: Occasion, values: dict[str, str], *, key: str, now: datetime) -> None:
    """Send it to all who may see backups."""
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name, email=user.email),
            context={"收件人": user.name, **values},
            about=user,
            key=f"{key}:{user.pk}",
        )
        for user in users_with_permission(*READERS)
    ]
    channels = (ChannelCode.EMAIL, ChannelCode.SITE)
    send_messages(occasion=occasion.code, envelopes=envelopes, channels=channels, now=now)
