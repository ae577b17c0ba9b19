"""Binding the WeChat of somebody to his account: by what WeChat itself says of him, never by what he types."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from expertpool.accounts.events import AccessEnded
from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.locks import lock_transaction
from expertpool.core.text import moment_text
from expertpool.core.validators import is_writable
from expertpool.notifications.channels.sms.posting import NotHandedIn
from expertpool.notifications.channels.wechat import account
from expertpool.notifications.channels.wechat.settings import APP, LOOPBACK
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.exceptions import BindingRefused
from expertpool.notifications.models import WechatBinding
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.queries.wechat import BOUND, ENDED, index_of, is_loopback, is_offered
from expertpool.notifications.services.sending import Recipient, send_message

NOT_OFFERED = "本系统没有启用微信服务号。"
UNKNOWN = "微信没有确认您的身份，链接可能已过期：请回到「微信通知」重新绑定。"
TAKEN = "这个微信已绑定另一个账号：请先用那个账号解绑，或联系管理员。"
LONGEST_OPENID = 64

_CHANGED = "{{收件人}}，您的账号于 {{时间}} {{事项}}。不是您本人办理的，请立即登录「我的账号」解绑，并联系管理员。"
CHANGED = Occasion(
    code="account.wechat",
    label="微信绑定变动（发到登记的手机和邮箱）",
    placeholders={"收件人": "王工", "时间": "2026-12-01 09:00", "事项": "绑定了微信"},
    defaults={
        ChannelCode.SMS: ("", _CHANGED),
        ChannelCode.EMAIL: ("您的账号{{事项}}", _CHANGED),
        ChannelCode.SITE: ("您的账号{{事项}}", _CHANGED),
    },
    required=("时间", "事项"),
    watches=True,
)


def openid_behind(code: str, *, user: User) -> str:
    """Return who stands behind ``code``, as WeChat says; where it is only shown, one for ``user`` that nobody has. Refuses
    (BindingRefused) where it does not say so. Never inside a transaction."""
    if not is_offered():
        raise BindingRefused(NOT_OFFERED)
    if is_loopback():
        return f"{LOOPBACK}-{user.pk}"
    try:
        openid = account.of_settings(value_of).openid_of(code)
    except NotHandedIn as error:
        raise BindingRefused(UNKNOWN) from error
    if (
        not openid
        or len(openid) > LONGEST_OPENID
        or not openid.isascii()
        or not is_writable(openid)
    ):
        raise BindingRefused(UNKNOWN)
    return openid


@transaction.atomic
def bind(*, user: User, openid: str, now: datetime) -> WechatBinding:
    """Let ``user`` be told in WeChat as ``openid``, in place of what he had bound before; he is told of it by the other
    ways. Refuses (BindingRefused) a WeChat that is another account's."""
    app = value_of(APP)
    index = index_of(openid, app)
    lock_transaction("notifications.wechat")
    open_ones = WechatBinding.objects.filter(ended_at__isnull=True)
    if open_ones.filter(openid_index=index).exclude(user=user).exists():
        raise BindingRefused(TAKEN)
    _end(user, now)
    row = WechatBinding(
        mark=uuid.uuid4(), user=user, app=app, openid=openid, openid_index=index, bound_at=now
    )
    row.save(force_insert=True)
    record(BOUND, actor=user, now=now, subject=user)
    _tell(user, "绑定了微信", row.mark, now)
    return row


@transaction.atomic
def unbind(*, user: User, now: datetime) -> bool:
    """Let ``user`` not be told in WeChat any more; tell whether he was."""
    lock_transaction("notifications.wechat")
    mark = _end(user, now)
    if mark is None:
        return False
    record(ENDED, actor=user, now=now, subject=user)
    _tell(user, "解除了微信绑定", mark, now)
    return True


def end_with_access(event: AccessEnded) -> None:
    """End what is bound to an account whose access has ended: whoever was in it before may have bound his own, and would go
    on reading the letters of whose account it is now (docs/decisions/0665). The log tells it later and of nobody's hand
    (`draws.queries.untold`): who has bound his WeChat is a secret."""
    user = User.objects.get(pk=event.user_id)
    lock_transaction("notifications.wechat")
    if _end(user, event.at) is not None:
        record(ENDED, actor=None, now=event.at, subject=user)


def _end(user: User, now: datetime) -> uuid.UUID | None:
    """End what ``user`` has bound; return its mark."""
    rows = WechatBinding.objects.filter(user=user, ended_at__isnull=True)
    mark = rows.values_list("mark", flat=True).first()
    rows.update(ended_at=now)
    return mark


def _tell(user: User, what: str, mark: uuid.UUID, now: datetime) -> None:
    ways = [ChannelCode.SITE, *ways_outside(CHANGED, phone=user.phone, email=user.email)]
    send_message(
        occasion=CHANGED.code,
        recipient=Recipient(user.username, user.name, user.phone, user.email),
        channels=ways,
        context={"收件人": user.name, "时间": moment_text(now), "事项": what},
        about=("accounts.user", user.pk),
        key=f"wechat:{mark.hex}:{now:%Y%m%d%H%M%S%f}",
        now=now,
    )
