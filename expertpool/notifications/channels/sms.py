"""Short messages. A provider is a `Transport` in a file of its own, chosen in `transport`."""

from __future__ import annotations

from django.conf import settings

from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus, Transport
from expertpool.notifications.channels.outbox import Outbox
from expertpool.notifications.enums import AddressKind, ChannelCode

NOT_CONFIGURED = "没有配置短信服务商，短信没有发出。请系统管理员配置后重新通知。"
SINGLE_LENGTH = 70  # characters of one UCS-2 message
PART_LENGTH = 67  # of each part of a longer one: the rest numbers the parts


def transport() -> Transport | None:
    """Return what sends in this deployment; None where nothing is configured."""
    return Outbox() if settings.DEV_PAGES else None


def count_parts(text: str) -> int:
    """Return how many messages the operator charges for ``text`` (Chinese, UCS-2)."""
    # In units of UTF-16, as the operator counts: an emoji is two.
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= SINGLE_LENGTH else -(-length // PART_LENGTH)


class SmsChannel:
    code = ChannelCode.SMS.value
    lives_of = AddressKind.PHONE
    is_outward = True
    # Nothing would mark the second as a copy of the first.
    resendable = False
    carries_files = False
    missing_address = "没有手机号"

    def is_configured(self) -> bool:
        return transport() is not None

    def send(self, outbound: Outbound) -> SendResult:
        chosen = transport()
        if chosen is None:
            return SendResult(SendStatus.REJECTED, detail=NOT_CONFIGURED)
        return chosen.send(outbound)

    def query(self, reference: str) -> SendResult | None:
        return None
