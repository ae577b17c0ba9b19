"""Telling that what is done each minute was kept from its time (docs/decisions/0136)."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import record
from expertpool.core.duties import DutiesLate
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.portal.occasions import DUTIES_LATE, WATCHERS

WORDS = {
    "draws.sweep": "抽取逾期检查",
    "draws.remind": "催请答复和评审前提醒",
    "draws.check_kept": "抽取记录复核",
    "audit.anchor": "操作日志锚点",
    "workflow.expire_requests": "双人确认到期",
    "notifications.reap_stuck_messages": "通知补发",
    "core.retry_stalled_jobs": "中断任务重试",
    "directory.compare_units": "单位比对",
    "reports.tell_chain_head": "每日链头",
    "reports.request_exposure": "每月曝光分析",
    "backups.look": "每日备份",
}
OTHER = "清理过期文件"


def in_words(names: tuple[str, ...]) -> str:
    return "、".join(dict.fromkeys(WORDS.get(name, OTHER) for name in names))


def tell_late(event: DutiesLate) -> None:
    """Log it, and tell whoever watches over draws or the log; once an hour for the same duties."""
    what = in_words(event.names)
    record("duties.late", actor=None, now=event.at, after={"定时任务": what})
    at = timezone.localtime(event.at)
    envelopes = [
        Envelope(
            recipient=Recipient(account=user.username, name=user.name, email=user.email),
            context={"收件人": user.name, "时间": f"{at:%Y-%m-%d %H:%M}", "任务": what},
            about=user,
            key=f"duties-late:{what}:{at:%Y%m%d%H}:{user.pk}",
        )
        for user in users_with_permission(*WATCHERS)
    ]
    channels = (ChannelCode.EMAIL, ChannelCode.SITE)
    send_messages(occasion=DUTIES_LATE.code, envelopes=envelopes, channels=channels, now=event.at)
