"""WeChat in the demonstration: nobody needs a service account, and nothing leaves this machine."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.notifications.channels.outbox import outbox
from expertpool.notifications.channels.wechat.settings import LOOPBACK, NONE, WAY
from expertpool.notifications.queries.wechat import binding_of, is_loopback
from expertpool.notifications.services.wechat import bind, openid_behind
from expertpool.siteconfig.services import store


def ensure_demo_wechat(*, user: User, now: datetime) -> None:
    """Let messages to WeChat be shown in the outbox, and ``user`` be told by them. Nothing outside of development, nor where
    a service account is set."""
    if outbox() is None:
        return
    if value_of(WAY) == NONE:
        store(WAY, LOOPBACK, change=0)
    if is_loopback() and binding_of(user) is None:
        bind(user=user, openid=openid_behind("", user=user), now=now)
