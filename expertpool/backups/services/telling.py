"""Telling whoever looks after backups."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from expertpool.accounts.queries import users_with_permission
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.backups.models import Backup
from expertpool.backups.occasions import AMISS, MADE, READERS
from expertpool.backups.queries import last_done, last_failed, unprotected_since
from expertpool.backups.settings import LATE_AFTER, TOLD
from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages


def tell_if_late(*, now: datetime) -> bool:
    """Tell, once a day, that no backup has succeeded for too long; tell whether it is so."""
    longest = value_of(LATE_AFTER)
    since = unprotected_since()
    if since is None or now - since < longest:
        return False
    done, failed = last_done(), last_failed()
    said = [f"最近一次成功：{moment_text(done.started_at)}。" if done else "还没有成功过。"]
    if failed and (done is None or failed.started_at > done.started_at):
        said.append(f"最近一次失败（{moment_text(failed.started_at)}）：{failed.fault}")
    hours = int(longest / timedelta(hours=1))
    _tell_amiss(f"{hours} 小时没有成功的备份", "".join(said), key="late", now=now)
    return True


def tell_bad(backup: Backup, *, now: datetime) -> None:
    """Tell that a backup, when it was tried, was not what it should be."""
    what = f"备份 {backup.name} 试恢复不一致"
    _tell_amiss(what, backup.check_fault, key=f"bad:{backup.pk}", now=now)


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
