"""Keeping the days of those who sit once their panel sits at another time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expertpool.core.locks import lock_transaction
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw, Hold, Invitation
from expertpool.draws.queries.conflicts import conflict_words, conflicts_of
from expertpool.draws.queries.identity import holder_key, open_identity
from expertpool.draws.queries.meetings import periods_of
from expertpool.draws.services.seating import SEATING_LOCK


def hold_anew(draw: Draw, rows: Sequence[Invitation], *, now: datetime) -> None:
    """Hold those behind ``rows``, of whom nobody is held any more, for the times that count now.

    Who cannot come then gets holds that are not active, and nobody is told who that is. The caller
    holds the seating lock; raises IntegrityError, the constraint's word, should somebody be taken
    all the same.
    """
    experts = {row.pk: open_identity(row).expert_id for row in rows}
    lost = conflicts_of(draw, list(experts.values()), now=now) if rows else {}
    Hold.objects.bulk_create(
        Hold(
            invitation=row,
            meeting=n,
            holder=holder_key(experts[row.pk]),
            during=period,
            active=experts[row.pk] not in lost,
        )
        for row in rows
        for n, period in enumerate(periods_of(draw.covered))
    )


def hold_whoever_agrees(invitation: Invitation, *, now: datetime) -> None:
    """Hold an expert who agrees to the new time, where nothing held him yet.

    Refuses (ReplyRefused) whoever is taken or away then. The caller holds the draw's row lock.
    """
    unheld = Hold.objects.filter(invitation=invitation, active=False)
    if not unheld.exists():
        return
    lock_transaction(SEATING_LOCK)
    if why := conflict_words(invitation, now=now):
        raise ReplyRefused(f"{why}，不能登记为参加；请答复不能参加，或联系项目联系人。")
    unheld.update(active=True)
