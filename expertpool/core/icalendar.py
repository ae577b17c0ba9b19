"""Calendar files (RFC 5545) for phones and other calendars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_LINE_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class CalendarEvent:
    """One entry, from ``start`` to ``end``; ``mark`` is its name for good, ``alarm`` what a reminder two
    hours ahead says (empty: none). ``tentative``: it may come to nothing."""

    mark: str
    start: datetime
    end: datetime
    title: str
    place: str = ""
    text: str = ""
    alarm: str = ""
    tentative: bool = False


def calendar_bytes(events: Iterable[CalendarEvent], *, now: datetime, name: str = "") -> bytes:
    """Return the file; ``name`` is what a calendar calls it that keeps asking for it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//expertpool//draws//ZH"]
    if name:
        lines += [f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for event in events:
        lines += _event(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines).encode()


def _event(event: CalendarEvent, now: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.mark}@expertpool",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(event.start)}",
        f"DTEND:{_utc(event.end)}",
        f"SUMMARY:{_text(event.title)}",
    ]
    lines += [f"LOCATION:{_text(event.place)}"] if event.place else []
    lines += [f"DESCRIPTION:{_text(event.text)}"] if event.text else []
    lines += ["STATUS:TENTATIVE"] if event.tentative else []
    if event.alarm:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-PT2H",
            f"DESCRIPTION:{_text(event.alarm)}",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    return value.translate(_ESCAPES)


def _fold(line: str) -> str:
    """Break a line that is longer than 75 octets; a following part begins with a space."""
    parts, size = [""], 0
    # By characters, each of which has to stay whole, though octets are counted.
    for char in line:
        width = len(char.encode())
        if size + width > _LINE_OCTETS:
            parts.append(" ")
            # The space before it counts, too.
            size = 1
        parts[-1] += char
        size += width
    return "\r\n".join(parts)
