"""Who sat in which project by the record of a draw: from the times of its events, which stand under their
hashes, and from nothing that can be written beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import vdraw
from expertpool.draws.enums import STANDBY_LETTER, InvitationState
from expertpool.draws.exceptions import of_draw
from expertpool.draws.models import Draw, DrawEvent
from expertpool.draws.queries.sitting import slots_of
from expertpool.draws.rules import SealedMeeting, read_meetings
from expertpool.draws.services.state import load_events
from expertpool.projects.models import Project

# How the record says that somebody left; every other reason is a conflict.
STATE_OF_EXIT = {
    "declined": InvitationState.DECLINED,
    "no_answer": InvitationState.NO_ANSWER,
    "unreached": InvitationState.UNREACHED,
    "leave": InvitationState.LEAVE,
    "replaced": InvitationState.REPLACED,
}


@dataclass(frozen=True)
class RecordedSlot:
    """When a project is reviewed, as the record says it."""

    number: str
    opening_at: datetime
    closing_at: datetime


@dataclass
class RecordedSeat:
    """A seat with its times, as the record says them; of an ended draw, in which nobody is asked any more."""

    invited_at: datetime
    is_standby: bool
    state: InvitationState = InvitationState.ACCEPTED
    asked_again_at: datetime | None = None
    moved_up_at: datetime | None = None
    replied_at: datetime | None = None


def recorded_projects(draw: Draw) -> dict[str, list[str]]:
    """Return for each commitment ever seated by an ended random draw the numbers of the projects in whose panel
    its expert sat to the end."""
    with of_draw(draw.pk):
        events = load_events(draw)
        slots, seats = _slots(draw, events), _seats(zip(events, _times(draw, events), strict=True))
    return {
        commit: [slot.number for slot in slots_of(seat, slots)] for commit, seat in seats.items()
    }


def _slots(draw: Draw, events: list[vdraw.Event]) -> list[RecordedSlot]:
    """The times that counted last."""
    rows = draw.rule.meetings
    for event in events:
        if isinstance(event, vdraw.Reschedule):
            rows = read_meetings([*event.meetings])
    by_number = {row.project: row for row in rows}
    return [_slot(project, by_number.get(project.number)) for project in draw.covered]


def _slot(project: Project, row: SealedMeeting | None) -> RecordedSlot:
    """What ``row`` of a record says of ``project``; older ones do not say all."""
    opening, minutes = project.opening_at, project.duration_minutes
    if row and row.opening_at:
        opening = datetime.fromisoformat(row.opening_at)
    if row and row.duration_minutes is not None:
        minutes = row.duration_minutes
    return RecordedSlot(project.number, opening, opening + timedelta(minutes=minutes))


def _times(draw: Draw, events: Sequence[vdraw.Event]) -> list[datetime]:
    """When the events were, as they say themselves; those of old draws say nothing."""
    stored = DrawEvent.objects.filter(draw=draw).order_by("n").values_list("at", flat=True)
    said = [event.further.get("at") for event in events]
    return [
        datetime.fromisoformat(at) if at else kept for at, kept in zip(said, stored, strict=True)
    ]


def _seats(events: Iterable[tuple[vdraw.Event, datetime]]) -> dict[str, RecordedSeat]:
    seats: dict[str, RecordedSeat] = {}
    for event, at in events:
        match event:
            case vdraw.Drawn() | vdraw.Supplement():
                for seat in event.seats:
                    stands_by = seat.group.startswith(STANDBY_LETTER)
                    seats[seat.commit] = RecordedSeat(at, stands_by)
            case vdraw.Reschedule():
                for one in seats.values():
                    if one.replied_at is None:
                        one.asked_again_at = at
            case vdraw.Exit():
                left = seats[event.commit]
                left.state = STATE_OF_EXIT.get(event.reason, InvitationState.CONFLICT)
                left.replied_at = at
                if event.moved_up is not None:
                    up = seats[event.moved_up.commit]
                    up.is_standby, up.moved_up_at = False, at
    return seats
