"""The one place that says when the names of a draw open."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.jobs import defer
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.reveal import logged_moves, proof_of, proven_opening

FIELDS = ("reveal_at", "released_at", "reveal_proof", "moves")


def set_reveal(
    draw: Draw,
    *,
    reveal_at: datetime,
    released_at: datetime | None = None,
    opening: datetime | None = None,
    by: User | None,
) -> None:
    """Set when the names of ``draw`` open and when they were released, with the proof that it was
    this system, on behalf ``by`` whom (None: by itself). ``opening``: when the panel sits next,
    where that is new; else the one that was proven stays. The caller saves `FIELDS`, under the row
    lock, after the log has the move that sets it."""
    opening = opening or proven_opening(draw)
    if draw.pk:
        draw.moves = max(draw.moves, logged_moves([draw.pk])[draw.pk])
    draw.reveal_at, draw.released_at = reveal_at, released_at
    draw.reveal_proof = proof_of(draw, by, opening)


def as_recorded(opens_at: datetime) -> str:
    """Return when names open by themselves as rule and record say it."""
    return timezone.localtime(opens_at).isoformat(timespec="seconds")


def defer_release(draw: Draw, *, now: datetime) -> None:
    """Let the names of ``draw`` be released at their time, and look again when the panel sits: then
    nobody's answer is waited for any more. A draw that ends before looks itself (`services.status`)."""
    for at in {
        max(draw.reveal_at, now),
        max(draw.reveal_at, next_opening(draw.covered, now=now), now),
    }:
        defer("draws.release_names", at=at, draw_id=draw.pk)
