"""The one place that says when the names of a draw open."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.queries.reveal import proof_of, proven_opening

FIELDS = ("reveal_at", "released_at", "reveal_proof")


def set_reveal(
    draw: Draw,
    *,
    reveal_at: datetime,
    released_at: datetime | None = None,
    opening: datetime | None = None,
    by: User | None,
) -> None:
    """Set when the names of ``draw`` open and when they were released, with the proof that it was
    this system, on behalf ``by`` whom (None: by itself). ``opening``: when the first project opens,
    where that is new; else the one that was proven stays. The caller saves `FIELDS`, under the row
    lock."""
    opening = opening or proven_opening(draw)
    draw.reveal_at, draw.released_at = reveal_at, released_at
    draw.reveal_proof = proof_of(draw, by, opening)
