"""A review as a calendar entry, for the phone of the expert who is asked, and who agreed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from expertpool.core.icalendar import CalendarEvent, calendar_bytes
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.meetings import Meeting, meetings_of
from expertpool.notifications.services.attachments import DocumentKind, File


def _attached(invitation_id: str) -> File:
    """Make the file that goes along with a letter, from what counts when it goes out."""
    rows = Invitation.objects.select_related("draw__project").prefetch_related("draw__projects")
    invitation = rows.get(pk=invitation_id)
    since = invitation.replied_at or invitation.asked_since
    return File("review.ics", calendar_file(invitation, now=since), "text/calendar")


CALENDAR = DocumentKind("draws.calendar", _attached)


def calendar_file(invitation: Invitation, *, now: datetime) -> bytes:
    """Return an .ics file with the time and place of each meeting, and a reminder two hours ahead; of who has not
    answered yet with the time alone."""
    asked = invitation.state == InvitationState.INVITED
    events = asked_events if asked else events_of
    return calendar_bytes(events(invitation, meetings_of(invitation.draw.covered)), now=now)


def asked_events(invitation: Invitation, meetings: Iterable[Meeting]) -> Iterable[CalendarEvent]:
    """Yield the entries of ``meetings`` to which he is only asked: they name no project, and become those of
    `events_of` once he agrees."""
    for number, meeting in enumerate(meetings):
        yield CalendarEvent(
            mark_of(invitation, number),
            meeting.opening_at,
            meeting.closing_at,
            f"{asked_title(invitation)}（待答复）",
            text="请登录或按邀请中的链接答复。",
            tentative=True,
        )


def asked_title(invitation: Invitation) -> str:
    """Return what an expert is asked, without the name of a project."""
    if invitation.asked_again_at:
        return "评审改期，请重新确认"
    return "候补评审邀请" if invitation.is_standby else "评审邀请"


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
