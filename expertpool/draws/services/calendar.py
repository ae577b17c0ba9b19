"""A review as a calendar entry (RFC 5545), for the phone of the expert who agreed."""

from __future__ import annotations

from datetime import UTC, datetime

from expertpool.draws.models import Invitation
from expertpool.draws.queries.meetings import Meeting, meetings_of
from expertpool.notifications.services.attachments import DocumentKind, File

_LINE_OCTETS = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def _attached(invitation_id: str) -> File:
    """Make the file that goes along with a letter, from what counts when it goes out."""
    rows = Invitation.objects.select_related("draw__project").prefetch_related("draw__projects")
    invitation = rows.get(pk=invitation_id)
    since = invitation.replied_at or invitation.invited_at
    return File("review.ics", calendar_file(invitation, now=since), "text/calendar")


CALENDAR = DocumentKind("draws.calendar", _attached)


def calendar_file(invitation: Invitation, *, now: datetime) -> bytes:
    """Return an .ics file with the time and place of each meeting, and a reminder two hours ahead."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//expertpool//draws//ZH"]
    for number, meeting in enumerate(meetings_of(invitation.draw.covered)):
        # The first meeting keeps the mark that calendars know from before batches.
        mark = f"{invitation.pk}-{number}" if number else str(invitation.pk)
        title = "评审候补" if invitation.is_standby else "评审"
        lines += _event(meeting, f"invitation-{mark}@expertpool", now, title)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines).encode()


def _event(meeting: Meeting, uid: str, now: datetime, title: str) -> list[str]:
    names = "、".join(project.name for project in meeting.projects)
    contacts = "，".join(f"{name} {phone}" for name, phone in meeting.contacts)
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(meeting.opening_at)}",
        f"DTEND:{_utc(meeting.closing_at)}",
        f"SUMMARY:{_text(f'{title}：{names}')}",
        f"LOCATION:{_text(meeting.place)}",
        f"DESCRIPTION:{_text(f'联系人：{contacts}')}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT2H",
        "DESCRIPTION:评审即将开始",
        "END:VALARM",
        "END:VEVENT",
    ]


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
