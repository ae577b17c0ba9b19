"""What WeChat pushes: signed, in the safe mode encrypted; what became of messages, and what was written back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from expertpool.core.configuration import value_of
from expertpool.core.once import is_used_for
from expertpool.notifications.channels.base import (
    Callback,
    DeliveryReport,
    Inbound,
    ReportUnreadable,
)
from expertpool.notifications.channels.sms.pushed import moment, words
from expertpool.notifications.channels.wechat.settings import AES_KEY, APP, PROVIDER, TOKEN
from expertpool.notifications.enums import DeliveryEventKind

logger = logging.getLogger(__name__)

DONE = b"success"
FRESH = timedelta(
    minutes=10
)  # for which an address counts that WeChat has signed: it tries again within seconds
LONGEST = 65_536  # bytes
BLOCK = 32  # of the padding, not of the cipher
RANDOM = 16
_NO_XML = ("<!DOCTYPE", "<!ENTITY")  # entities can blow a few bytes up to anything


def greeted(query: Mapping[str, str], now: datetime) -> bytes:
    """Return what WeChat wants to read when the address is entered with it."""
    _check(query, query.get("signature", ""))
    if not value_of(AES_KEY):
        _check_fresh(query, b"", now)
    return query.get("echostr", "").encode() or DONE


def opened(body: bytes, query: Mapping[str, str], now: datetime) -> bytes:
    """Return what ``body`` says, where WeChat has signed it by the token of the office."""
    if not value_of(AES_KEY):
        # Only the address is signed so: the safe mode is what signs the body, too.
        _check(query, query.get("signature", ""))
        _check_fresh(query, body, now)
        return body
    sealed = _texts(body).get("Encrypt", "")
    _check(query, query.get("msg_signature", ""), sealed)
    return opened_by(value_of(AES_KEY), value_of(APP), sealed)


def opened_by(key: str, app: str, sealed: str) -> bytes:
    """Return what was encrypted under ``key`` for ``app``. Raises ReportUnreadable."""
    try:
        secret, content = base64.b64decode(f"{key}="), base64.b64decode(sealed, validate=True)
        decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
        plain = decryptor.update(content) + decryptor.finalize()
    except ValueError:
        raise ReportUnreadable from None
    padding = plain[-1] if plain else 0
    plain = plain[RANDOM : len(plain) - padding]
    length = int.from_bytes(plain[:4], "big")
    text, receiver = plain[4 : 4 + length], plain[4 + length :]
    if not 1 <= padding <= BLOCK or len(text) != length or receiver != app.encode():
        raise ReportUnreadable
    return text


def signature(*signed: str) -> str:
    return hashlib.sha1("".join(sorted(signed)).encode()).hexdigest()  # noqa: S324 - as WeChat has it


def _check(query: Mapping[str, str], said: str, *more: str) -> None:
    """Refuse (ReportUnreadable) what is not signed by the token; where there is none, everything."""
    token = value_of(TOKEN)
    made = signature(token, query.get("timestamp", ""), query.get("nonce", ""), *more)
    if not token or not hmac.compare_digest(made.encode(), said.encode()):
        raise ReportUnreadable


def _check_fresh(query: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Refuse (ReportUnreadable) an address that was signed long ago, or came with another body: whoever reads it in the log of
    a proxy says nothing by it."""
    try:
        signed_at = datetime.fromtimestamp(int(query.get("timestamp", "")), UTC)
    except (ValueError, OverflowError, OSError):
        raise ReportUnreadable from None
    if abs(now - signed_at) > FRESH:
        logger.warning(
            "a push of WeChat was signed at %s: an old one, or a clock goes wrong", signed_at
        )
        raise ReportUnreadable
    until = now + 2 * FRESH
    if not is_used_for(PROVIDER, query.get("signature", ""), body, now=now, until=until):
        raise ReportUnreadable


def read(body: bytes, _content_type: str) -> Sequence[DeliveryReport | Inbound]:
    """Return what a push says: nothing where it is about something else."""
    found = _texts(body)
    match found.get("MsgType"), found.get("Event", "").lower():
        case "text", _:
            return [_inbound(found)]
        case "event", "templatesendjobfinish":
            return [_report(found, found.get("Status", ""), found.get("MsgID", ""))]
        case "event", "subscribe_msg_sent_event":
            return [_report(found, found.get("ErrorStatus", ""), found.get("MsgID", ""))]
        case _:
            return []


def _inbound(found: dict[str, Any]) -> Inbound:
    sender = words(found, "FromUserName")
    if not sender:
        raise ReportUnreadable
    number, text = words(found, "MsgId"), words(found, "Content", most=500)
    return Inbound(sender, text, key=number, at=moment(words(found, "CreateTime")))


def _report(found: dict[str, Any], status: str, number: str) -> DeliveryReport:
    if not number:
        raise ReportUnreadable
    arrived = status == "success"
    return DeliveryReport(
        DeliveryEventKind.DELIVERED if arrived else DeliveryEventKind.UNDELIVERED,
        provider_id=number[:100],
        code="" if arrived else words({"status": status}, "status", most=64),
        at=moment(words(found, "CreateTime")),
    )


def _texts(body: bytes) -> dict[str, str]:
    """Return the texts of the elements of ``body`` by name, the outer ones before those within."""
    if len(body) > LONGEST:
        raise ReportUnreadable
    try:
        # As text: an encoding that it names itself (UTF-16) would hide the words that are looked for.
        text = body.decode()
        if any(one in text.upper() for one in _NO_XML):
            raise ReportUnreadable
        root: Element = fromstring(text)  # noqa: S314 - declarations are refused
    except (ParseError, ValueError, LookupError):
        raise ReportUnreadable from None
    found: dict[str, str] = {}
    for element in (*root, *root.iter()):
        found.setdefault(element.tag, (element.text or "").strip())
    return found


CALLBACK = Callback(lambda: DONE, read, opened, greeted)
