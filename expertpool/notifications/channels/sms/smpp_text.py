"""What stands in the messages of SMPP 3.4: long texts in parts, receipts, and what somebody wrote back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from expertpool.core.validators import only_writable
from expertpool.notifications.enums import DeliveryEventKind

UCS2 = 8  # `data_coding`; every telephone reads it, and each character is two octets, or twice two
WITH_HEADER = 0x40  # `esm_class` of a text that begins with a header
IS_RECEIPT = 0x04
OF_KIND = 0x3C
LONGEST, LONGEST_PART = 140, 134  # octets; a header takes six
MOST_PARTS = 255
TLV_RECEIPTED, TLV_STATE, TLV_PAYLOAD = 0x001E, 0x0427, 0x0424

_ID = re.compile(r"\bid:(\S+)")
_STAT = re.compile(r"\bstat:(\w+)", re.IGNORECASE)
_STATES = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}
_LOST = ("EXPIRED", "DELETED", "UNDELIV", "REJECTD")


class Tlv(Protocol):
    @property
    def tag(self) -> int: ...
    @property
    def value(self) -> bytes: ...


class PartReceipt(NamedTuple):
    """What became of the part ``number``; ``kind`` is None of what is no result yet."""

    number: str
    kind: DeliveryEventKind | None
    code: str


def parts_of(text: str, reference: int) -> list[bytes]:
    """Return ``text`` as it goes out: whole, or in parts that its recipient's telephone puts together by
    ``reference`` (0 to 255). No character is cut in two. ValueError where it is too long."""
    whole = text.encode("utf-16-be")
    if len(whole) <= LONGEST:
        return [whole]
    cut = [b""]
    for char in text:
        octets = char.encode("utf-16-be")
        if len(cut[-1]) + len(octets) > LONGEST_PART:
            cut.append(b"")
        cut[-1] += octets
    if len(cut) > MOST_PARTS:
        raise ValueError(len(cut))
    head = bytes((5, 0, 3, reference, len(cut)))
    return [head + bytes((at,)) + part for at, part in enumerate(cut, 1)]


def text_of(content: bytes, esm_class: int, data_coding: int, tlvs: Iterable[Tlv]) -> str:
    """Return what a message that came in says, as the database can keep it."""
    if not content:
        content = next((one.value for one in tlvs if one.tag == TLV_PAYLOAD), b"")
    if esm_class & WITH_HEADER and content:
        content = content[content[0] + 1 :]
    coding = "utf-16-be" if data_coding == UCS2 else "latin-1" if data_coding == 3 else "utf-8"
    return only_writable(content.decode(coding, "replace")).strip()


def receipt_of(text: str, tlvs: Iterable[Tlv]) -> PartReceipt | None:
    """Return which part a receipt is about and what became of that; None where it does not say which."""
    known = {one.tag: bytes(one.value) for one in tlvs}
    number = known.get(TLV_RECEIPTED, b"").rstrip(b"\0").decode("ascii", "replace").strip()
    if not number and (found := _ID.search(text)):
        number = found[1]
    said = _STAT.search(text)
    code = said[1].upper() if said else _STATES.get(int.from_bytes(known.get(TLV_STATE, b"")), "")
    if not number:
        return None
    kind = DeliveryEventKind.UNDELIVERED if code in _LOST else None
    kind = DeliveryEventKind.DELIVERED if code == "DELIVRD" else kind
    return PartReceipt(only_writable(number)[:100], kind, code)
