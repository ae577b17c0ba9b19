"""Short messages, by a cloud's API or the platform of an operator."""

from __future__ import annotations

from collections.abc import Callable

from expertpool.core.configuration import Reader, value_of
from expertpool.notifications.channels.base import Channel, Transport
from expertpool.notifications.channels.outbox import outbox
from expertpool.notifications.channels.sms import aliyun, tencent
from expertpool.notifications.channels.sms.gateway import Gateway
from expertpool.notifications.channels.sms.settings import (
    ALIYUN,
    CONSTRAINTS,
    GATEWAY,
    PROVIDER,
    ROUTE,
    SETTINGS,
    TENCENT,
)
from expertpool.notifications.channels.sms.trial import TRIALS
from expertpool.notifications.enums import AddressKind, ChannelCode

PROVIDERS: dict[str, Callable[[Reader], Transport]] = {
    ALIYUN: aliyun.of_settings,
    TENCENT: tencent.of_settings,
    GATEWAY: Gateway,
}
# They send no text but those that they keep.
OF_REGISTERED = (ALIYUN, TENCENT)


class SmsChannel(Channel):
    code = ChannelCode.SMS.value
    lives_of = AddressKind.PHONE
    is_outward = True
    # Nothing would mark the second as a copy of the first.
    resendable = False
    carries_files = False
    has_subject = False
    registers_texts = True
    missing_address = "没有手机号"
    not_configured = "没有设置短信服务商，短信没有发出。请系统管理员在“站点设置”中填写后重新通知。"
    settings = SETTINGS
    constraints = CONSTRAINTS
    route = ROUTE
    route_name = "短信服务商"
    trials = TRIALS

    def transport(self) -> Transport | None:
        chosen = PROVIDERS.get(value_of(PROVIDER))
        if chosen is not None:
            return chosen(value_of)
        return outbox()

    @property
    def wants_registered(self) -> bool:
        return value_of(PROVIDER) in OF_REGISTERED
