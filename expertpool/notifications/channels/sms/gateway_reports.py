"""What an operator's platform pushes of messages: its fields are set by the office."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from expertpool.core.configuration import value_of
from expertpool.notifications.channels.base import Callback, DeliveryReport, ReportUnreadable
from expertpool.notifications.channels.sms.pushed import moment, rows_of, words
from expertpool.notifications.channels.sms.settings import (
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


def read(body: bytes, content_type: str) -> Sequence[DeliveryReport]:
    """Return the reports of a push: a form, an object, a list of objects, or an object that holds one."""
    status = value_of(REPORT_STATUS)
    if not status:
        raise ReportUnreadable
    found = [_report(row, status) for row in _rows(body, content_type) if status in row]
    if not found:
        raise ReportUnreadable
    return [report for report in found if report is not None]


CALLBACK = Callback(lambda: value_of(REPORT_ANSWER).encode(), read)


def _rows(body: bytes, content_type: str) -> list[dict[str, Any]]:
    if content_type.partition(";")[0].strip().lower() == FORM:
        try:
            return [dict(parse_qsl(body.decode(), max_num_fields=100))]
        except ValueError:
            raise ReportUnreadable from None
    rows = rows_of(body)
    inner = [value for row in rows for value in row.values() if isinstance(value, list)]
    return rows + [row for rows in inner[:1] for row in rows_of(json.dumps(rows).encode())]


def _report(row: dict[str, Any], status: str) -> DeliveryReport | None:
    """Return what ``row`` reports; None while the message is still on its way."""
    code = words(row, status, most=64)
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
