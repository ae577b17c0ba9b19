"""Inviting seated experts: their rows, their holds, their letters on every channel, a deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from expertpool.core.jobs import defer_batch
from expertpool.draws.enums import HOW, DrawKind, InvitationState, Origin, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.models.rescheduling import WHEN, WHERE, change_in_words
from expertpool.draws.occasions import INVITATION, RESCHEDULED, STANDBY_INVITATION
from expertpool.draws.queries.identity import (
    Identity,
    known_as,
    pack_identity,
    seat_key,
)
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.reach import letters_to
from expertpool.draws.queries.reschedulings import unheard_since
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.written import proof_of
from expertpool.draws.services.calendar import CALENDAR
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.holding import hold_seats
from expertpool.draws.services.telling import tell_experts
from expertpool.experts.models import Expert
from vdraw import Seat


@dataclass(frozen=True)
class Place:
    """A seat that was just given out: who sits there, and in what line of the sheet."""

    who: Identity
    seat: Seat
    line: int
    conflict: bool = False  # he cannot come any more: no hold, no letter
    away: bool = False  # held elsewhere, and keeps his seat until a supervisor has looked


def invite(
    *,
    draw: Draw,
    places: Sequence[Place],
    origin: Origin,
    now: datetime,
    entropy: Entropy,
    channels: Sequence[str] = (),
) -> list[Invitation]:
    """Store the newly seated, hold them and send their letters by the ``channels`` of the plan, except those in conflict.

    All of it commits with the seating; letters are jobs of this transaction. The clock starts when
    one has gone out (`services.clock`); whoever none reaches is asked until the panel sits.
    Raises IntegrityError when an expert is held elsewhere at that time: the constraint's word.
    """
    projects = draw.covered
    # Once the panel sits no answer is of use.
    closing = next_opening(projects, now=now)
    # `release` runs once: who is seated after it is in clear from the start.
    clear = (
        Expert.objects.select_related("employer").in_bulk([one.who.expert_id for one in places])
        if is_released(draw)
        else {}
    )
    rows = [
        Invitation(
            draw=draw,
            commit=place.seat.commit,
            opening=pack_identity(place.who),
            seat_key=None if place.conflict else seat_key(draw.number, place.who.expert_id),
            line=place.line,
            group=place.seat.group,
            level=place.seat.level,
            origin=origin,
            state=InvitationState.CONFLICT if place.conflict else InvitationState.INVITED,
            expert=clear.get(place.who.expert_id),
            released_as=known_as(clear[place.who.expert_id]) if clear else None,
            invited_at=now,
            deadline_at=closing,  # until a letter has gone out: `services.clock`
            replied_at=now if place.conflict else None,
            replied_via=ReplyVia.SYSTEM if place.conflict else "",
        )
        for place in places
    ]
    for row in rows:
        row.proof = proof_of(row)
    invitations = Invitation.objects.bulk_create(rows)
    asked = [
        (invitation, place.who.expert_id)
        for invitation, place in zip(invitations, places, strict=True)
        if invitation.state == InvitationState.INVITED
    ]
    away = [place.who.expert_id for place in places if place.away]
    hold_seats(draw, asked, away=away, now=now)
    write_invitations(
        [row for row, _ in asked], key="invitation", now=now, entropy=entropy, channels=channels
    )
    jobs = [{"invitation_id": invitation.pk} for invitation, _ in asked]
    defer_batch("draws.expire_invitation", jobs, at=closing)
    return invitations


def write_invitations(
    rows: Sequence[Invitation],
    *,
    key: str,
    now: datetime,
    entropy: Entropy,
    channels: Sequence[str] = (),
) -> None:
    """Send who is behind ``rows``, all of one draw, the letter that invites to its panel, or to stand
    by (see `tell_experts`), each channel in the order of the office, mail with an entry for his calendar; a second call with the same ``key`` sends nothing."""
    how = {"产生方式": HOW[DrawKind(rows[0].draw.kind)]} if rows else {}
    for occasion, standby in ((INVITATION, False), (STANDBY_INVITATION, True)):
        asked = [row for row in rows if row.is_standby is standby]
        tell_experts(
            occasion,
            asked,
            key=key,
            now=now,
            entropy=entropy,
            more=how,
            document=CALENDAR,
            channels=channels,
            in_order=True,
        )


def write_otherwise(
    rows: Sequence[Invitation],
    *,
    key: str,
    now: datetime,
    entropy: Entropy,
    channels: Sequence[str],
) -> None:
    """Ask who is behind ``rows``, all of one draw, by other ``channels`` what their letters ask."""
    letters = letters_to(rows).filter(occasion=RESCHEDULED.code)
    moved = set(letters.values_list("about_id", flat=True)) if rows else set()
    again = [row for row in rows if str(row.pk) in moved]
    first = [row for row in rows if str(row.pk) not in moved]
    write_again(again, key=key, now=now, entropy=entropy, channels=channels)
    write_invitations(first, key=key, now=now, entropy=entropy, channels=channels)


def write_again(
    rows: Sequence[Invitation],
    *,
    key: str,
    now: datetime,
    entropy: Entropy,
    channels: Sequence[str] = (),
    answered: Mapping[int, datetime | None] | None = None,
) -> None:
    """Ask who is behind ``rows``, all of one draw whose review was moved, whether he can come then, and tell each what is
    another than he was told last, or ``answered`` to; a second call with the same ``key`` sends nothing."""
    unheard = unheard_since(rows, answered)
    for one in set(unheard.values()):
        tell_experts(
            RESCHEDULED,
            [row for row in rows if unheard[row.pk] == one],
            key=key,
            now=now,
            entropy=entropy,
            more={
                "原评审时间": one.before[WHEN],
                "原评审地点": one.before[WHERE],
                "改期原因": one.last.reason,
                **change_in_words(one.before, one.last.after),
            },
            document=CALENDAR,
            channels=channels,
        )
