"""Messages inside the product: the stored row itself is what the recipient reads."""

from __future__ import annotations

from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.enums import AddressKind, ChannelCode


class SiteChannel:
    code = ChannelCode.SITE.value
    lives_of = AddressKind.ACCOUNT
    is_outward = False
    resendable = True
    carries_files = False
    missing_address = "收件人没有系统账号，看不到站内信"

    def is_configured(self) -> bool:
        return True

    def send(self, outbound: Outbound) -> SendResult:
        return SendResult(SendStatus.ACCEPTED)

    def query(self, reference: str) -> SendResult | None:
        return None
