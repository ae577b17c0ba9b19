"""What becomes of messages by Aliyun: pushed (SmsReport), or asked for (`QuerySendDetails`); and what was written
back (SmsUp)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from expertpool.notifications.channels.base import (
    Asked,
    Callback,
    DeliveryReport,
    Inbound,
    NotAnswered,
    ReportUnreadable,
    Told,
)
from expertpool.notifications.channels.sms.aliyun import AliyunSms
from expertpool.notifications.channels.sms.posting import NotHandedIn
from expertpool.notifications.channels.sms.pushed import CHINA, moment, rows_of, told_by, words
from expertpool.notifications.enums import DeliveryEventKind

# `SendStatus` of a detail: it waits for the operator, failed, arrived.
_STATUS = {
    "1": DeliveryEventKind.SUBMITTED,
    "2": DeliveryEventKind.UNDELIVERED,
    "3": DeliveryEventKind.DELIVERED,
}
PAGE = 50  # of details, the most that it gives


def read(body: bytes, _content_type: str) -> Sequence[Told]:
    """Return what a push says: a list of what became of one message each, or of what was written back."""
    return told_by(rows_of(body), lambda row: _inbound(row) if "content" in row else _report(row))


def _inbound(row: dict[str, Any]) -> Inbound:
    phone = words(row, "phone_number")
    if not phone:
        raise ReportUnreadable
    at, number = moment(words(row, "send_time")), words(row, "sequence_id")
    return Inbound(phone, words(row, "content", most=500), words(row, "dest_code"), number, at)


CALLBACK = Callback(lambda: b'{"code":0,"msg":"OK"}', read)


def _report(row: dict[str, Any]) -> DeliveryReport:
    success, number = row.get("success"), words(row, "biz_id")
    if not isinstance(success, bool) or not number:
        raise ReportUnreadable
    return DeliveryReport(
        DeliveryEventKind.DELIVERED if success else DeliveryEventKind.UNDELIVERED,
        provider_id=number,
        reference=words(row, "out_id"),
        code="" if success else words(row, "err_code", "err_msg", most=64),
        at=moment(words(row, "report_time")),
    )


def ask(account: AliyunSms, asked: Asked) -> Sequence[DeliveryReport]:
    """Return what Aliyun knows of an attempt, by its number or by ours; that it knows nothing is a report."""
    # Around midnight it may stand under the next day.
    days = {asked.began_at + later for later in (timedelta(), timedelta(minutes=5))}
    for day in sorted({f"{at.astimezone(CHINA):%Y%m%d}" for at in days}):
        query = {
            "PhoneNumber": asked.address,
            "SendDate": day,
            "PageSize": str(PAGE),
            "CurrentPage": "1",
        } | ({"BizId": asked.provider_id} if asked.provider_id else {})
        for row in _details(account, query):
            if asked.provider_id or words(row, "OutId") == asked.reference:
                return _detail(row, asked)
    return [DeliveryReport(DeliveryEventKind.ABSENT, asked.provider_id, asked.reference)]


def _details(account: AliyunSms, query: dict[str, str]) -> list[dict[str, Any]]:
    try:
        answer = account.call("QuerySendDetails", query)
    except NotHandedIn as error:
        raise NotAnswered from error
    if answer.get("Code") != "OK":
        raise NotAnswered
    match answer.get("SmsSendDetailDTOs"):
        case {"SmsSendDetailDTO": [*rows]}:
            return [row for row in rows if isinstance(row, dict)]
        case _:
            return []


def _detail(row: dict[str, Any], asked: Asked) -> Sequence[DeliveryReport]:
    kind = _STATUS.get(words(row, "SendStatus"))
    if kind is None:
        raise NotAnswered
    code = words(row, "ErrCode", most=64) if kind == DeliveryEventKind.UNDELIVERED else ""
    at = moment(words(row, "ReceiveDate" if kind == DeliveryEventKind.DELIVERED else "SendDate"))
    return [DeliveryReport(kind, asked.provider_id, asked.reference, code, at)]
