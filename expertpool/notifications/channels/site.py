"""Messages inside the product: the stored row itself is what the recipient reads."""

from __future__ import annotations

from expertpool.notifications.channels.base import (
    Channel,
    Outbound,
    SendResult,
    SendStatus,
    Transport,
)
from expertpool.notifications.enums import AddressKind, ChannelCode


class SiteChannel(Channel):
    code = ChannelCode.SITE.value
    lives_of = AddressKind.ACCOUNT
    is_outward = False
    resendable = True
    carries_files = False
    has_subject = True
    missing_address = "收件人没有系统账号，看不到站内信"

    def transport(self) -> Transport:
        return _Inside()


class _Inside:
    def send(self, outbound: Outbound) -> SendResult:
        return SendResult(SendStatus.ACCEPTED)
