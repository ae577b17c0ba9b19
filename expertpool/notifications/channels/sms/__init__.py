"""Short messages, by a cloud's API or the platform of an operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from expertpool.core.configuration import Reader, value_of
from expertpool.notifications.channels.base import Asked, Channel, DeliveryReport, Transport
from expertpool.notifications.channels.outbox import outbox
from expertpool.notifications.channels.sms import (
    aliyun,
    aliyun_reports,
    gateway_reports,
    tencent,
    tencent_reports,
)
from expertpool.notifications.channels.sms.gateway import Gateway
from expertpool.notifications.channels.sms.settings import (
    ALIYUN,
    BY_CODE,
    BY_EXTENSION,
    CONSTRAINTS,
    GATEWAY,
    PER_MINUTE,
    PER_RECIPIENT,
    PRICES,
    PROVIDER,
    PROVIDER_LABELS,
    REPLIES,
    ROUTE,
    SETTINGS,
    SMPP,
    TENCENT,
    unread_replies,
)
from expertpool.notifications.channels.sms.smpp import Smpp
from expertpool.notifications.channels.sms.trial import TRIALS
from expertpool.notifications.enums import AddressKind, ChannelCode, Charged

PROVIDERS: dict[str, Callable[[Reader], Transport]] = {
    ALIYUN: aliyun.of_settings,
    TENCENT: tencent.of_settings,
    GATEWAY: Gateway,
    SMPP: Smpp,
}
# They tell what became of messages over the line by which these go.
ON_THE_LINE = (SMPP,)
CALLBACKS = {
    ALIYUN: aliyun_reports.CALLBACK,
    TENCENT: tencent_reports.CALLBACK,
    GATEWAY: gateway_reports.CALLBACK,
}
ASKING: dict[str, Callable[[Asked], Sequence[DeliveryReport]]] = {
    ALIYUN: lambda asked: aliyun_reports.ask(aliyun.of_settings(value_of), asked),
    TENCENT: lambda asked: tencent_reports.ask(tencent.of_settings(value_of), asked),
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
    prices = PRICES
    charged = dict.fromkeys(PRICES, Charged.PARTS)
    per_minute = PER_MINUTE
    per_recipient = PER_RECIPIENT
    providers = {code: label for code, label in PROVIDER_LABELS if code in PROVIDERS}
    callbacks = CALLBACKS
    pushes_to = "在服务商的控制台或接口设置中填为状态回执和上行短信的地址"
    pushed = (
        "送没送到、收件人回复了什么，由服务商推送到这里。"
        "能否回复短信，在「站点设置」的「短信服务商」中选择。"
    )

    def transport(self) -> Transport | None:
        chosen = PROVIDERS.get(value_of(PROVIDER))
        if chosen is not None:
            return chosen(value_of)
        return outbox()

    @property
    def provider(self) -> str:
        chosen = value_of(PROVIDER)
        return chosen if chosen in PROVIDERS else self.code

    def tells(self, provider: str) -> bool:
        return provider in ON_THE_LINE or super().tells(provider)

    def can_ask(self, provider: str) -> bool:
        return provider in ASKING

    def ask(self, provider: str, asked: Asked) -> Sequence[DeliveryReport]:
        return ASKING[provider](asked)

    def how_to_answer(self, code: str) -> str:
        way = "" if unread_replies(value_of) else value_of(REPLIES)
        given = {BY_CODE: code, BY_EXTENSION: ""}.get(way)
        return "" if given is None else f"回复 Y{given} 参加、N{given} 不参加，或"

    def extension(self, code: str) -> str:
        return code if value_of(REPLIES) == BY_EXTENSION else ""

    @property
    def wants_registered(self) -> bool:
        return value_of(PROVIDER) in OF_REGISTERED
