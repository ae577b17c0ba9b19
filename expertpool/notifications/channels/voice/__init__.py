"""Telephone: a process of its own (app `telephone`) dials, speaks and hears which key is pressed."""

from __future__ import annotations

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.base import (
    Channel,
    Outbound,
    SendResult,
    SendStatus,
    Transport,
)
from expertpool.notifications.channels.voice.settings import (
    CONSTRAINTS,
    LABELS,
    ROUTE,
    SETTINGS,
    SIP,
    TRUNK,
)
from expertpool.notifications.enums import AddressKind, ChannelCode


class VoiceChannel(Channel):
    code = ChannelCode.VOICE.value
    lives_of = AddressKind.PHONE
    is_outward = True
    # Whoever was cut off is called again.
    resendable = True
    carries_files = False
    has_subject = False
    missing_address = "没有手机号"
    not_configured = "没有设置电话线路，电话没有拨出。请系统管理员在“站点设置”中填写后重新通知。"
    settings = SETTINGS
    constraints = CONSTRAINTS
    route = ROUTE
    route_name = "电话线路"
    providers = LABELS

    def transport(self) -> Transport | None:
        return _Apart() if self.carried_apart else None

    @property
    def carried_apart(self) -> bool:  # type: ignore[override]
        return value_of(TRUNK) == SIP

    @property
    def provider(self) -> str:
        return SIP

    def takes_answer(self, code: str) -> bool:
        return True


class _Apart:
    """Stands where nothing is sent: whoever asks finds that there is a way."""

    def send(self, outbound: Outbound) -> SendResult:
        return SendResult(SendStatus.RETRY, detail="等待电话程序拨打。")
