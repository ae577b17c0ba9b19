"""Keeping the time of those who sit, by the hour; anew once their panel sits at another time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from expertpool.core.locks import lock_transaction
from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.queries.conflicts import conflict_words, conflicts_of
from expertpool.draws.queries.identity import holder_key, open_identity
from expertpool.draws.queries.meetings import by_hours, coming, periods_of
from expertpool.draws.queries.sitting import state_in

# Who seats somebody holds it: two draws never look at the same holds at once.
SEATING_LOCK = "draws.seating"


def hold_seats(
    draw: Draw,
    seats: Iterable[tuple[Invitation, int]],
    *,
    away: Collection[int] = (),
    now: datetime,
) -> None:
    """Hold the experts of ``seats`` (invitation, expert id) while the panel of ``draw`` sits from now on: to
    what has begun nobody comes any more. Those who are ``away`` then get holds that are not active.

    Raises IntegrityError, the constraint's word, when somebody is held elsewhere at that time.
    """
    parts = by_hours(periods_of(coming(draw.covered, now=now, begun=False)))
    Hold.objects.bulk_create(
        Hold(
            invitation=row,
            holder=None if expert_id in away else holder_key(expert_id, part[0]),
            during=part,
            active=expert_id not in away,
        )
        for row, expert_id in seats
        for part in parts
    )


def free(draw: Draw, rows: Collection[Invitation], *, now: datetime) -> None:
    """Hold nobody any more for ``rows`` of ``draw``, but who stays in a review that runs until that is over.
    Else nothing stays that could be compared with other draws."""
    holds = Hold.objects.filter(invitation__in=rows)
    for slot in draw.covered:
        if slot.opening_at <= now < slot.closing_at:
            stay = [row for row in rows if state_in(row, slot, draw.covered) in SEATED_STATES]
            period = (slot.opening_at, slot.closing_at)
            holds = holds.exclude(invitation__in=stay, during__overlap=period, active=True)
    holds.delete()


def free_all(rows: Iterable[Invitation]) -> None:
    """Hold nobody any more for ``rows``, whose draw is void."""
    Hold.objects.filter(invitation__in=rows).delete()


def hold_anew(draw: Draw, rows: Sequence[Invitation], *, now: datetime) -> None:
    """Hold those behind ``rows``, of whom `free` has taken the holds, for the times that count now.

    Who cannot come then gets holds that are not active, and nobody is told who that is. The caller
    holds the seating lock; raises as `hold_seats`, should somebody be taken all the same.
    """
    experts = {row.pk: open_identity(row).expert_id for row in rows}
    lost = conflicts_of(draw, list(experts.values()), now=now) if rows else {}
    hold_seats(draw, ((row, experts[row.pk]) for row in rows), away=lost, now=now)


def hold_whoever_agrees(invitation: Invitation, *, himself: bool, now: datetime) -> None:
    """Hold an expert who agrees to the new time, where nothing held him yet.

    Refuses (ReplyRefused) whoever answers ``himself`` and is taken or away then. Of whom a hand says that
    he agrees the office would learn by it who sits: he is written down and not held
    (docs/decisions/0132). The caller holds the draw's row lock.
    """
    unheld = Hold.objects.filter(invitation=invitation, active=False)
    if not unheld.exists():
        return
    lock_transaction(SEATING_LOCK)
    if why := conflict_words(invitation, now=now):
        if himself:
            raise ReplyRefused(f"{why}，不能确认参加；请答复不能参加，或联系项目联系人。")
        return
    free(invitation.draw, [invitation], now=now)
    seat = (invitation, open_identity(invitation).expert_id)
    hold_seats(invitation.draw, [seat], now=now)
