"""Telling that what is done each minute was kept from its time (docs/decisions/0136)."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.queries import users_with_permission
from expertpool.audit.services import record
from expertpool.core.duties import DutiesLate
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.operations.enums import job_label
from expertpool.portal.occasions import DUTIES_LATE, WATCHERS


def in_words(names: tuple[str, ...]) -> str:
    return "、".join(dict.fromkeys(job_label(name) for name in names))


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
            # Once in an hour: late duties are late each minute.
            key=f"duties-late:{what}:{at:%Y%m%d%H}:{user.pk}",
        )
        for user in users_with_permission(*WATCHERS)
    ]
    channels = (ChannelCode.EMAIL, ChannelCode.SITE)
    send_messages(occasion=DUTIES_LATE.code, envelopes=envelopes, channels=channels, now=event.at)
