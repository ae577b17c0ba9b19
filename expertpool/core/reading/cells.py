"""What stands in the cells of an .xlsx: texts with their parts, numbers that are dates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

Show = Callable[[float], Any]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT, RUN = f"{MAIN}t", f"{MAIN}r"
BLANK = " \t\r\n"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
DAY = 86_400_000  # milliseconds
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet knows no zones)
TO_1904 = 1_462  # days between the two epochs
DATES = {
    *range(14, 23),
    *range(27, 37),
    45,
    47,
    *range(50, 59),
}  # built-in; some only in Chinese Excel
DURATIONS = {46}
# _x000D_ and the like stand for characters that XML cannot hold.
_CONTROL = re.compile("_x00([0-9A-Fa-f]{2})_")
# What a format writes as it stands, and its remarks ([Red], [$-804]), make no date; [h] is a sign.
_LITERAL = re.compile(r'"(?:[\\_*].|[^"\\_*])*"?|[\\_*].?', re.DOTALL)
_REMARK = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]?", re.IGNORECASE)
_SIGN = re.compile(r"[^admhys\[]*(\[|[dmhys]|a.*?[pm/])", re.IGNORECASE)


def text_of(item: Element) -> str:
    """Return the text of ``si`` or ``is``: its runs in a row, without how they are pronounced."""
    if len(item) == 1 and item[0].tag == TEXT:
        return _part(item[0])
    parts = []
    for child in item:
        if child.tag == TEXT:
            parts.append(child)
        elif child.tag == RUN:
            parts += child.iterfind(TEXT)
    return "".join(map(_part, parts))


def _part(part: Element) -> str:
    return as_read(part.text or "", part.get(SPACE) == "preserve")


def as_read(text: str, preserved: object) -> str:
    """Return the text of one ``t``: without blanks around it unless they are ``preserved``."""
    if not preserved:
        text = text.strip(BLANK)
    if "_x00" in text:
        text = _CONTROL.sub(lambda found: chr(int(found[1], 16)), text)
    return text


def show_by_format(number: str, code: str | None, *, from_1904: bool) -> Show | None:
    """Return how a number format shows a number, if as something else: a date or a duration.

    ``code`` is the format if the book brings it, ``number`` its id, which stands for a built-in one
    otherwise.
    """
    if code is None:
        is_duration, is_date = int(number) in DURATIONS, int(number) in DATES
    else:
        bare = _REMARK.sub("", _LITERAL.sub("", code).partition(";")[0])
        sign = _SIGN.match(bare)
        is_duration = sign is not None and sign[1] == "["
        is_date = sign is not None and not is_duration
    if is_duration:
        return _as_duration
    return partial(_as_date, shift=TO_1904 if from_1904 else 0) if is_date else None


def _as_date(value: float, *, shift: int) -> Any:
    """Return the date, time of day (below 1) or both that a number of days stands for."""
    days = value + shift
    days += days < 60  # 1900 was no leap year, but Excel has its 29 February
    try:
        moment = EPOCH + _days(days)
    except OverflowError:
        if value < 0:
            raise  # before the year 1, but with a time of day: left to calamine
        return value
    if value < 1:
        return moment.time()
    return moment.date() if value.is_integer() else moment


def _as_duration(value: float) -> Any:
    try:
        return _days(value)
    except OverflowError:
        return value


def _days(days: float) -> timedelta:
    # Halves upwards: `round` would take them to the even millisecond.
    return timedelta(milliseconds=math.floor(days * DAY + 0.5))
