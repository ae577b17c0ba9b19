"""What stands in an expert's own calendar: reviews to which he is asked or comes, and his leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.core.icalendar import CalendarEvent
from expertpool.core.months import Span
from expertpool.draws.services.calendar import asked_events, events_of
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.leaves import leaves_of
from expertpool.selfservice.queries.letters import Letter, Stage, letters_of

SHOWN = {Stage.OPEN: "待答复", Stage.COMING: "已确认", Stage.OVER: "已参加"}
ON_LEAVE = "已登记"


def spans_of(expert: Expert, *, now: datetime) -> Iterator[Span]:
    """Yield what a month of his shows; a review that he has not agreed to is not named."""
    for letter in _shown(expert, now):
        url = reverse("selfservice:review", args=[letter.invitation.pk])
        for meeting in letter.meetings:
            name = meeting.projects[0].name if letter.names_project else letter.title
            word = f"{SHOWN[letter.stage]}{'（候补）' if letter.is_standby else ''}"
            yield Span(
                meeting.opening_at,
                meeting.closing_at,
                name,
                word,
                letter.tone,
                url=url,
                place=meeting.place if letter.names_project else "",
            )
    for leave in _leaves(expert):
        url = reverse("selfservice:leaves")
        yield Span(leave.during.lower, leave.during.upper, "请假", ON_LEAVE, "orange", url=url)


def feed_events(expert: Expert, *, now: datetime) -> Iterator[CalendarEvent]:
    """Yield the same for a calendar that follows: what he is asked is tentative."""
    for letter in _shown(expert, now):
        if letter.names_project:
            yield from events_of(letter.invitation, letter.meetings)
            continue
        yield from asked_events(letter.invitation, letter.meetings)
    for leave in _leaves(expert):
        yield CalendarEvent(
            f"leave-{leave.uid.hex}", leave.during.lower, leave.during.upper, "请假"
        )


def _leaves(expert: Expert) -> list[Leave]:
    return [one for one in leaves_of(expert) if not (one.ended_at or one.given_back_at)]


def _shown(expert: Expert, now: datetime) -> list[Letter]:
    letters = letters_of(expert, now=now)
    over = [one for one in letters.past if one.stage is Stage.OVER]
    return [*letters.open, *letters.coming, *over]
