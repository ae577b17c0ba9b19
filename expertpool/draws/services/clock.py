"""The clock of an invitation: it starts when a letter has gone out, and stops when all came back."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from expertpool.core.jobs import defer
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.clock import (
    closing_of,
    deadline_from,
    pause_of,
    sealed_deadline,
    time_to_reply,
)
from expertpool.draws.queries.reach import letters_to
from expertpool.draws.services.written import write_lines
from expertpool.notifications.models import Message
from expertpool.notifications.queries.reach import reached_at


def late_clocks(*, late: datetime) -> list[Invitation]:
    """Return the open invitations whose letter had gone out by ``late`` and whose clock stands."""
    rows = Invitation.objects.filter(state=InvitationState.INVITED, reached_at__isnull=True)
    waiting = {str(row.pk): row for row in rows.select_related("draw__project")}
    letters: dict[str, list[Message]] = defaultdict(list)
    for letter in letters_to(waiting.values()):
        letters[letter.about_id].append(letter)
    reached = {pk: reached_at(found) for pk, found in letters.items()}
    return [
        waiting[pk]
        for pk, since in reached.items()
        if since is not None and since <= late and since < closing_of(waiting[pk])
    ]


@transaction.atomic
def keep_clock(*, invitation_id: int) -> bool:
    """Start the clock of an open invitation that has reached its expert, or stop that of one whose
    only letter came back; True if it did either.

    The time counts from when the letter went out, by what was sealed (`time_to_reply`), and never
    beyond the panel's sitting. Of two letters that go out at once the first starts it, the other
    finds it going: both hold the row lock of the draw.
    """
    draw_id = Invitation.objects.values_list("draw_id", flat=True).get(pk=invitation_id)
    # Emergency and pause change what is read here: they hold the same lock.
    draw = Draw.objects.select_for_update(of=("self",)).select_related("project").get(pk=draw_id)
    invitation = Invitation.objects.get(pk=invitation_id)
    invitation.draw = draw
    if invitation.state != InvitationState.INVITED:
        return False
    since, goes = reached_at(letters_to([invitation])), invitation.reached_at is not None
    closing = closing_of(invitation)
    if since is None or since >= closing:
        if goes:
            write_lines([invitation], reached_at=None, deadline_at=closing, time_left=None)
        return goes
    if goes:
        return False
    length = time_to_reply(invitation)
    if pause_of(draw):
        write_lines([invitation], reached_at=since, time_left=length)
        return True
    deadline_at = deadline_from(invitation, since, length)
    write_lines([invitation], reached_at=since, deadline_at=deadline_at)
    defer("draws.expire_invitation", at=deadline_at, invitation_id=invitation_id)
    return True


def lengthen_clocks(draw: Draw, *, now: datetime) -> list[Invitation]:
    """Give all who are asked by ``draw`` the time that was sealed, after an emergency had shortened it; return those who have
    longer by it, and whose clock runs. The caller holds the draw's row lock."""
    rows = Invitation.objects.filter(draw=draw, state=InvitationState.INVITED)
    longer = []
    for row in rows.filter(reached_at__isnull=False).order_by("line"):
        row.draw = draw
        if row.time_left is not None:  # he hears of it when the draw goes on
            write_lines([row], time_left=max(row.time_left, time_to_reply(row)))
        elif (until := sealed_deadline(row, now=now)) > row.deadline_at:
            write_lines([row], deadline_at=until)
            longer.append(row)
    for row in longer:
        # A new job for the new deadline: the one of before finds that it is not due yet.
        defer("draws.expire_invitation", at=row.deadline_at, invitation_id=row.pk)
    return longer
