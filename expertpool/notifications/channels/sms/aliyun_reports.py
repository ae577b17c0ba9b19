"""What becomes of messages by Aliyun: pushed (SmsReport), or asked for (`QuerySendDetails`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from expertpool.notifications.channels.base import (
    Asked,
    Callback,
    NotAnswered,
    Report,
    ReportUnreadable,
)
from expertpool.notifications.channels.sms.aliyun import AliyunSms
from expertpool.notifications.channels.sms.posting import NotHandedIn
from expertpool.notifications.channels.sms.pushed import CHINA, moment, rows_of, words
from expertpool.notifications.enums import EventKind

# `SendStatus` of a detail: it waits for the operator, failed, arrived.
_STATUS = {
    "1": EventKind.SUBMITTED,
    "2": EventKind.UNDELIVERED,
    "3": EventKind.DELIVERED,
}
PAGE = 50  # of details, the most that it gives


def read(body: bytes, _content_type: str) -> Sequence[Report]:
    """Return the reports of a push: a list of what became of one message each."""
    return [_report(row) for row in rows_of(body)]


CALLBACK = Callback(lambda: b'{"code":0,"msg":"OK"}', read)


def _report(row: dict[str, Any]) -> Report:
    success, number = row.get("success"), words(row, "biz_id")
    if not isinstance(success, bool) or not number:
        raise ReportUnreadable
    return Report(
        EventKind.DELIVERED if success else EventKind.UNDELIVERED,
        provider_id=number,
        reference=words(row, "out_id"),
        code="" if success else words(row, "err_code", "err_msg", most=64),
        at=moment(words(row, "report_time")),
    )


def ask(account: AliyunSms, asked: Asked) -> Sequence[Report]:
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
    return [Report(EventKind.ABSENT, asked.provider_id, asked.reference)]


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


def _detail(row: dict[str, Any], asked: Asked) -> Sequence[Report]:
    kind = _STATUS.get(words(row, "SendStatus"))
    if kind is None:
        raise NotAnswered
    code = words(row, "ErrCode", most=64) if kind == EventKind.UNDELIVERED else ""
    at = moment(words(row, "ReceiveDate" if kind == EventKind.DELIVERED else "SendDate"))
    return [Report(kind, asked.provider_id, asked.reference, code, at)]
