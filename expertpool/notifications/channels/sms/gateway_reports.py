"""What an operator's platform pushes of messages, and of what was written back: its fields are set by the office."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.base import (
    Callback,
    DeliveryReport,
    Inbound,
    ReportUnreadable,
    Told,
)
from expertpool.notifications.channels.sms.encoding import codec_of_form, read_text, written_in
from expertpool.notifications.channels.sms.pushed import moment, objects, rows_of, told_by, words
from expertpool.notifications.channels.sms.settings import (
    GATEWAY_ENCODING,
    REPLY_ID,
    REPLY_PHONE,
    REPLY_TEXT,
    REPLY_TO,
    REPORT_ANSWER,
    REPORT_DELIVERED,
    REPORT_ID,
    REPORT_REFERENCE,
    REPORT_STATUS,
    REPORT_TIME,
    REPORT_WAITING,
)
from expertpool.notifications.enums import DeliveryEventKind

FORM = "application/x-www-form-urlencoded"


def read(body: bytes, content_type: str) -> Sequence[Told]:
    """Return what a push says: a form, an object, a list of objects, or an object that holds one."""
    status, text = value_of(REPORT_STATUS), value_of(REPLY_TEXT)

    def read_row(row: dict[str, Any]) -> DeliveryReport | Inbound | None:
        return _report(row, status) if status and status in row else _inbound(row, text)

    names = {status, text} - {""}
    return told_by([row for row in _rows(body, content_type) if names & row.keys()], read_row)


def _inbound(row: dict[str, Any], text: str) -> Inbound | None:
    """Return what somebody wrote back; None where he wrote nothing: pushed again it would say no more."""
    phone, to, number = (value_of(one) for one in (REPLY_PHONE, REPLY_TO, REPLY_ID))
    if not words(row, phone):
        raise ReportUnreadable
    if not words(row, text):
        return None
    return Inbound(
        words(row, phone),
        words(row, text, most=500),
        words(row, to) if to else "",
        words(row, number) if number else "",
    )


def _answer() -> bytes:
    text: str = value_of(REPORT_ANSWER)
    return text.encode(written_in(value_of(GATEWAY_ENCODING)), "replace")


CALLBACK = Callback(_answer, read)


def _rows(body: bytes, content_type: str) -> list[dict[str, Any]]:
    if content_type.partition(";")[0].strip().lower() == FORM:
        try:
            return [dict(_fields(body, content_type))]
        except ValueError:
            raise ReportUnreadable from None
    rows = rows_of(read_text(body, content_type, value_of(GATEWAY_ENCODING)))
    inner = [value for row in rows for value in row.values() if isinstance(value, list)]
    return rows + [row for found in inner[:1] for row in objects(found)]


def _fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form, be their characters escaped or not; raises ValueError where they are too many."""
    encoding = codec_of_form(body, content_type, value_of(GATEWAY_ENCODING))
    for pair in parse_qsl(body, keep_blank_values=True, max_num_fields=100):
        name, value = (one.decode(encoding, "replace") for one in pair)
        yield name, value


def _report(row: dict[str, Any], status: str) -> DeliveryReport | None:
    """Return what ``row`` reports; None while the message is still on its way."""
    code = words(row, status, most=64)
    if not code:
        raise ReportUnreadable
    if code in value_of(REPORT_WAITING).split():
        return None
    arrived = code in value_of(REPORT_DELIVERED).split()
    name, reference, time = (value_of(one) for one in (REPORT_ID, REPORT_REFERENCE, REPORT_TIME))
    report = DeliveryReport(
        DeliveryEventKind.DELIVERED if arrived else DeliveryEventKind.UNDELIVERED,
        provider_id=words(row, name) if name else "",
        reference=words(row, reference) if reference else "",
        code="" if arrived else code,
        at=moment(words(row, time)) if time else None,
    )
    if not report.provider_id and not report.reference:
        raise ReportUnreadable
    return report
