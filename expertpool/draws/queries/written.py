"""Whether what a line says was written by this system: whoever writes rows moves no seat, ends no draw and opens
no name by it (docs/decisions/0134, 0494).

A line has a proof over what decides in its state: of who is asked his clock, of who agreed that he
signed in. It names its own number, which the database lets only grow, so that an old proof, with
what it was for, is old.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.constant_time import bytes_eq
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from expertpool.audit.queries import entries_for
from expertpool.audit.services import is_rewritten, proven
from expertpool.core.crypto import proof
from expertpool.draws.enums import (
    EXIT_REASON,
    INVALID,
    AlarmKind,
    DrawStatus,
    InvitationState,
)
from expertpool.draws.models import Draw, DrawAlarm, DrawEvent, Invitation
from expertpool.draws.occasions import CONFIRMED
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.outage import off_since
from expertpool.draws.queries.reveal import MOVED, proven_opening
from expertpool.notifications.models import Message

# Who waited for a lock read the clock before who held it, and may have done later what is earlier by it.
WAITED = timedelta(minutes=2)
# What decides in a state, beside it; of who left nothing does.
DECIDES: dict[str, tuple[str, ...]] = {
    InvitationState.INVITED: ("asked_again_at", "reached_at", "deadline_at", "time_left"),
    InvitationState.ACCEPTED: ("signed_in_at",),
}
# What `is_written` reads, for whoever loads no more than he needs.
READ = (
    "commit",
    "state",
    "proof",
    "proof_n",
    *(name for part in DECIDES.values() for name in part),
)


def proof_of(line: Invitation, state: str | None = None) -> bytes:
    """Return what proves that this system wrote what ``line`` says, or would in ``state``, by a key outside the
    database. It names the line by what never changes."""
    state = line.state if state is None else state
    said = [_text(getattr(line, name)) for name in DECIDES.get(state, ())]
    about = (line.draw.number, line.commit, line.proof_n, str(state))
    return proof("draws.invitation", [*about, *said])


def is_written(line: Invitation) -> bool:
    """Tell whether this system wrote what the row of ``line`` says, last."""
    return line.altered_to is None and bytes_eq(bytes(line.proof), proof_of(line))


def as_written(lines: list[Invitation]) -> list[Invitation]:
    """Let those of ``lines`` (each with its draw) whose row somebody else wrote stand as this system wrote them last;
    return all. What the row says stays in ``altered_to``."""
    for line in lines:
        if not is_written(line) and line.altered_to is None:
            line.state, line.altered_to = _last_written(line), line.state
    return lines


def _last_written(line: Invitation) -> str:
    """Where no more than the state was altered the proof says what it was; otherwise log and events do."""
    for state in InvitationState:
        if bytes_eq(bytes(line.proof), proof_of(line, state)):
            return state
    if answered := answered_state(line):
        return answered
    if line.draw.status == DrawStatus.VOID:
        return InvitationState.CANCELLED
    events = DrawEvent.objects.filter(draw=line.draw, content__type="exit")
    left = events.filter(content__commit=line.commit).exists()
    return InvitationState.CONFLICT if left else InvitationState.INVITED


def has_to_answer(draw: Draw) -> bool:
    """Tell whether somebody of ``draw`` has still to answer, by what this system wrote."""
    asked = Q(state=InvitationState.INVITED)
    # Mostly one who is asked says so by his row: the others are looked at where none does.
    return any(is_written(line) for line in _read(draw, asked)) or any(
        line.state == InvitationState.INVITED for line in as_written([*_read(draw, ~asked)])
    )


def _read(draw: Draw, rows: Q) -> Iterator[Invitation]:
    for line in Invitation.objects.filter(rows, draw=draw).only("draw_id", *READ).order_by():
        line.draw = draw
        yield line


def has_signed_in(line: Invitation) -> bool:
    """Tell whether the expert of ``line``, who agreed, signed in at the place."""
    agreed = line.state == InvitationState.ACCEPTED and line.signed_in_at is not None
    return agreed and is_written(line)


def answered_state(line: Invitation) -> InvitationState | None:
    """Return to what ``line`` was answered by the log; None: not yet, as far as that knows: who sat was asked anew
    by a move of the panel. For a line that somebody else has written: the log only grows."""
    last = next(proven(entries_for(line).filter(action="draw.reply")), None)
    label = (last.after or {}).get("参与状态") if last else None
    state = next((state for state in InvitationState if state.label == label), None)
    if last is None or state in EXIT_REASON:
        return state
    moved = next(proven(entries_for(line.draw).filter(action=MOVED)), None)
    return None if moved and moved.pk > last.pk else state


def undone(lines: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return those of ``lines`` that wait for an answer although their expert agreed since he was asked: a row put
    back as it was has a proof that was good, but the confirmation that he was sent stays (docs/decisions/0264)."""
    confirmed = Message.objects.filter(
        about_type=Invitation._meta.label_lower,
        about_id=Cast(OuterRef("pk"), CharField()),
        occasion=CONFIRMED.code,
        created_at__gt=Coalesce(OuterRef("asked_again_at") + WAITED, OuterRef("invited_at")),
    )
    return lines.filter(Exists(confirmed), state=InvitationState.INVITED)


def is_over(line: Invitation, *, now: datetime) -> bool:
    """Tell whether the time to answer of ``line`` has passed; while `why_not_over` says something, or the time is
    still to be given back in which the service was off, it does not before the panel sits."""
    late = now >= line.deadline_at
    if why_not_over(line) if late else not is_written(line):
        opening = proven_opening(line.draw)
        return opening is not None and now >= opening
    if off_since(now):
        return now >= next_opening(line.draw.covered, now=line.asked_since)
    return late


def why_not_over(line: Invitation) -> AlarmKind | None:
    """Return why nobody is ended by the deadline of ``line``: another has written its clock, or undone its answer;
    or has taken back the end of the log, which may have had one (docs/decisions/0308)."""
    if not is_written(line) or undone(Invitation.objects.filter(pk=line.pk)).exists():
        return AlarmKind.LINE
    return AlarmKind.LOG if is_rewritten() else None


def forged_lines() -> list[Invitation]:
    """Return the lines that somebody else has written, or whose answer was undone, of draws that run, whose names
    are sealed, or of which that was told and is not over."""
    sealed = Q(draw__released_at__isnull=True) & ~Q(draw__status__in=INVALID)
    told = DrawAlarm.objects.filter(kind=AlarmKind.LINE, done_at__isnull=True).values("draw")
    goes_on = Q(draw__status=DrawStatus.INVITING) | Q(draw__in=told)
    rows = Invitation.objects.filter(sealed | goes_on)
    found = rows.select_related("draw").only("draw__number", *READ).order_by("draw", "line")
    back = set(undone(rows).values_list("pk", flat=True))
    return [line for line in found if line.pk in back or not is_written(line)]


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return None if value is None else str(value)
