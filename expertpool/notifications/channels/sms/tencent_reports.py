"""What becomes of messages by Tencent Cloud: pushed, or asked for (`PullSmsSendStatusByPhoneNumber`); and what
was written back."""

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
from expertpool.notifications.channels.sms.posting import NotHandedIn
from expertpool.notifications.channels.sms.pushed import moment, rows_of, told_by, words
from expertpool.notifications.channels.sms.tencent import TencentSms
from expertpool.notifications.enums import DeliveryEventKind

_STATUS = {"SUCCESS": DeliveryEventKind.DELIVERED, "FAIL": DeliveryEventKind.UNDELIVERED}
PAGE = 100
# In which a message must have been taken, around the start of its attempt, to be ours.
AROUND = timedelta(minutes=10)


def read(body: bytes, _content_type: str) -> Sequence[Told]:
    """Return what a push says: a list of what became of one message each, or what one telephone wrote back."""
    return told_by(rows_of(body), lambda row: _inbound(row) if "text" in row else _report(row))


def _inbound(row: dict[str, Any]) -> Inbound:
    phone = words(row, "mobile")
    if not phone:
        raise ReportUnreadable
    at = moment(words(row, "time"))
    return Inbound(phone, words(row, "text", most=500), words(row, "extend"), at=at)


CALLBACK = Callback(lambda: b'{"result":0,"errmsg":"OK"}', read)


def _report(row: dict[str, Any]) -> DeliveryReport:
    kind, number = _STATUS.get(words(row, "report_status")), words(row, "sid")
    if kind is None or not number:
        raise ReportUnreadable
    code = (
        words(row, "errmsg", "description", most=64)
        if kind == DeliveryEventKind.UNDELIVERED
        else ""
    )
    return DeliveryReport(kind, number, code=code, at=moment(words(row, "user_receive_time")))


def ask(account: TencentSms, asked: Asked) -> Sequence[DeliveryReport]:
    """Return what Tencent knows of an attempt: by its number, by ours where it keeps that, or as the only message
    to this telephone at that time that is none of another attempt.

    It tells only of what an operator has reported: that there is nothing says nothing.
    """
    body = {
        "BeginTime": int((asked.began_at - AROUND).timestamp()),
        "EndTime": int((asked.began_at + timedelta(days=3)).timestamp()),
        "Offset": 0,
        "Limit": PAGE,
        "PhoneNumber": f"+86{asked.address}",
        "SmsSdkAppId": account.app,
    }
    try:
        answer = account.call("PullSmsSendStatusByPhoneNumber", body)
    except NotHandedIn as error:
        raise NotAnswered from error
    match answer.get("Response"):
        case {"PullSmsSendStatusSet": [*rows]}:
            found = [row for row in rows if isinstance(row, dict)]
        case _:
            raise NotAnswered
    return [_state(row, asked) for row in _ours(found, asked)]


def _ours(rows: list[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    if asked.provider_id:
        return [row for row in rows if words(row, "SerialNo") == asked.provider_id][:1]
    if marked := [row for row in rows if words(row, "SessionContext") == asked.reference]:
        return marked[:1]
    near = [row for row in rows if _is_near(row, asked)]
    return near if len(near) == 1 else []


def _is_near(row: dict[str, Any], asked: Asked) -> bool:
    at, number = moment(words(row, "UserReceiveTime")), words(row, "SerialNo")
    near = at is not None and abs(at - asked.began_at) <= AROUND
    return near and not words(row, "SessionContext") and not asked.is_known(number)


def _state(row: dict[str, Any], asked: Asked) -> DeliveryReport:
    kind = _STATUS.get(words(row, "ReportStatus"))
    if kind is None:
        raise NotAnswered
    code = words(row, "Description", most=64) if kind == DeliveryEventKind.UNDELIVERED else ""
    at = moment(words(row, "UserReceiveTime"))
    return DeliveryReport(kind, words(row, "SerialNo"), asked.reference, code, at)
