"""WeChat: a service account (服务号) sends template or subscription messages to who has bound his WeChat
(`notifications.services.wechat`), and is answered in writing."""

from __future__ import annotations

from types import MappingProxyType

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.base import Channel, Transport
from expertpool.notifications.channels.outbox import outbox
from expertpool.notifications.channels.wechat import account, pushed
from expertpool.notifications.channels.wechat.settings import (
    CONSTRAINTS,
    LABELS,
    LOOPBACK,
    NONE,
    PER_MINUTE,
    PER_RECIPIENT,
    PROVIDER,
    ROUTE,
    SETTINGS,
    TOKEN,
    WAY,
)
from expertpool.notifications.channels.wechat.trial import TRIAL
from expertpool.notifications.enums import AddressKind, ChannelCode


class WechatChannel(Channel):
    code = ChannelCode.WECHAT.value
    lives_of = AddressKind.WECHAT
    is_outward = True
    # Nothing would mark the second as a copy of the first.
    resendable = False
    carries_files = False
    has_subject = False
    registers_texts = True
    besides = True
    per_minute = PER_MINUTE
    per_recipient = PER_RECIPIENT
    missing_address = "没有绑定微信"
    optional = True
    not_configured = "没有设置微信服务号，微信没有发出。请系统管理员在“站点设置”中填写后重新通知。"
    settings = SETTINGS
    constraints = CONSTRAINTS
    route = ROUTE
    route_name = "微信服务号"
    trials = (TRIAL,)
    providers = LABELS
    shown_only = MappingProxyType({LOOPBACK: "演示（不发到微信）"})
    callbacks = dict.fromkeys(LABELS, pushed.CALLBACK)
    pushes_to = "在公众平台「服务器配置」中填为服务器地址（URL）"
    pushed = (
        "送没送到、收件人在服务号里回复了什么，由微信推送到这里。"
        "Token 须与「站点设置」的「微信服务号」中的相同。"
    )

    @property
    def provider(self) -> str:
        return LOOPBACK if value_of(WAY) == LOOPBACK else PROVIDER

    def transport(self) -> Transport | None:
        return outbox() if value_of(WAY) in (NONE, LOOPBACK) else account.of_settings(value_of)

    def how_to_answer(self, code: str) -> str:
        return f"在服务号里回复 Y{code} 参加、N{code} 不参加，或" if value_of(TOKEN) else ""

    @property
    def wants_registered(self) -> bool:
        return value_of(WAY) not in (NONE, LOOPBACK)
