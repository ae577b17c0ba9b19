"""E-mail: text and HTML with files, handed in by SMTP; what comes back is read over IMAP."""

from __future__ import annotations

from datetime import timedelta

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.base import Channel, Transport
from expertpool.notifications.channels.email import bounce_settings
from expertpool.notifications.channels.email.settings import (
    CONSTRAINTS,
    PER_MINUTE,
    ROUTE,
    SETTINGS,
    TIMEOUT,
)
from expertpool.notifications.channels.email.smtp import WAITS, Smtp, mail_server
from expertpool.notifications.channels.email.trial import TRIAL
from expertpool.notifications.channels.outbox import outbox
from expertpool.notifications.enums import AddressKind, ChannelCode


class EmailChannel(Channel):
    code = ChannelCode.EMAIL.value
    lives_of = AddressKind.EMAIL
    is_outward = True
    resendable = True
    carries_files = True
    has_subject = True
    missing_address = "没有邮箱"
    optional = True
    not_configured = "没有设置邮件服务器，邮件没有发出。请系统管理员在“站点设置”中填写后重新通知。"
    settings = (*SETTINGS, *bounce_settings.SETTINGS)
    constraints = (*CONSTRAINTS, *bounce_settings.CONSTRAINTS)
    route = ROUTE
    route_name = "邮件服务器"
    trials = (TRIAL,)
    per_minute = PER_MINUTE

    @property
    def longest(self) -> timedelta:  # type: ignore[override]
        """It is cut off then."""
        return timedelta(seconds=WAITS * value_of(TIMEOUT))

    def transport(self) -> Transport | None:
        server = mail_server(value_of)
        if server is not None:
            return Smtp(server)
        return outbox()
