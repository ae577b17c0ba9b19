"""A review as a calendar entry, for the phone of the expert who agreed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from expertpool.core.icalendar import CalendarEvent, calendar_bytes
from expertpool.draws.models import Invitation
from expertpool.draws.queries.meetings import Meeting, meetings_of
from expertpool.notifications.services.attachments import DocumentKind, File


def _attached(invitation_id: str) -> File:
    """Make the file that goes along with a letter, from what counts when it goes out."""
    rows = Invitation.objects.select_related("draw__project").prefetch_related("draw__projects")
    invitation = rows.get(pk=invitation_id)
    since = invitation.replied_at or invitation.invited_at
    return File("review.ics", calendar_file(invitation, now=since), "text/calendar")


CALENDAR = DocumentKind("draws.calendar", _attached)


def calendar_file(invitation: Invitation, *, now: datetime) -> bytes:
    """Return an .ics file with the time and place of each meeting, and a reminder two hours ahead."""
    return calendar_bytes(events_of(invitation, meetings_of(invitation.draw.covered)), now=now)


def events_of(invitation: Invitation, meetings: Iterable[Meeting]) -> Iterable[CalendarEvent]:
    """Yield the entries of ``meetings`` to which the expert of ``invitation`` has agreed to come."""
    title = "评审候补" if invitation.is_standby else "评审"
    for number, meeting in enumerate(meetings):
        names = "、".join(project.name for project in meeting.projects)
        contacts = "，".join(f"{name} {phone}" for name, phone in meeting.contacts)
        yield CalendarEvent(
            mark_of(invitation, number),
            meeting.opening_at,
            meeting.closing_at,
            f"{title}：{names}",
            place=meeting.place,
            text=f"联系人：{contacts}",
            alarm="评审即将开始",
        )


def mark_of(invitation: Invitation, number: int = 0) -> str:
    """Return the name of the ``number``-th meeting in calendars."""
    # The first meeting keeps the mark that calendars know from before batches.
    return f"invitation-{invitation.pk}-{number}" if number else f"invitation-{invitation.pk}"
