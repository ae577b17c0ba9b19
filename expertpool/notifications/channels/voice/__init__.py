"""Telephone: a process of its own (app `telephone`) dials, speaks and hears which key is pressed; or a cloud does."""

from __future__ import annotations

from datetime import time, timedelta

from expertpool.core.configuration import Span, value_of
from expertpool.notifications.channels.base import (
    Channel,
    Outbound,
    SendResult,
    SendStatus,
    Transport,
)
from expertpool.notifications.channels.voice import cloud
from expertpool.notifications.channels.voice.settings import (
    ALIYUN,
    CHARGED,
    CONSTRAINTS,
    LABELS,
    PER_MINUTE,
    PER_RECIPIENT,
    PRICES,
    ROUTE,
    SETTINGS,
    SIP,
    TRUNK,
)
from expertpool.notifications.enums import AddressKind, ChannelCode


class VoiceChannel(Channel):
    code = ChannelCode.VOICE.value
    longest = timedelta(minutes=5)
    lives_of = AddressKind.PHONE
    is_outward = True
    carries_files = False
    has_subject = False
    missing_address = "没有手机号"
    not_configured = "没有设置电话线路，电话没有拨出。请系统管理员在“站点设置”中填写后重新通知。"
    settings = SETTINGS
    constraints = CONSTRAINTS
    route = ROUTE
    route_name = "电话线路"
    calls = True
    follows_after = timedelta(minutes=3)
    quiet = Span(time(20, 30), time(8, 30))
    registers_texts = True
    per_minute = PER_MINUTE
    per_recipient = PER_RECIPIENT
    providers = LABELS
    prices = PRICES
    charged = CHARGED
    callbacks = {ALIYUN: cloud.CALLBACK}
    pushes_to = "在云语音的控制台填为呼叫结果的推送地址"
    pushed = "接没接听、按了哪个键，由云语音推送到这里；自己的电话线路不用填写。"
    trials = (cloud.TRIAL,)

    def transport(self) -> Transport | None:
        if value_of(TRUNK) == ALIYUN:
            return cloud.of_settings(value_of)
        return _Apart() if self.carried_apart else None

    @property
    def resendable(self) -> bool:  # type: ignore[override]
        """Whoever was cut off is called again, by a line of our own: what a cloud has begun, nobody knows."""
        return value_of(TRUNK) != ALIYUN

    @property
    def wants_registered(self) -> bool:
        return value_of(TRUNK) == ALIYUN

    @property
    def carried_apart(self) -> bool:  # type: ignore[override]
        return value_of(TRUNK) == SIP

    @property
    def provider(self) -> str:
        return ALIYUN if value_of(TRUNK) == ALIYUN else SIP

    def takes_answer(self, code: str) -> bool:
        return True


class _Apart:
    """Stands where nothing is sent: whoever asks finds that there is a way."""

    def send(self, outbound: Outbound) -> SendResult:
        return SendResult(SendStatus.RETRY, detail="等待电话程序拨打。")
