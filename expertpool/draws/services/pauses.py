"""How a pause ends: with the proof that it did."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.draws.models import DrawPause
from expertpool.draws.queries.clock import is_vouched_pause, proof_of_pause


def finish_pause(pause: DrawPause, *, by: User | None, now: datetime) -> None:
    """Write that ``pause`` is over; ``by`` a person, or with its draw. For whom the draw stood counts as looked
    at only as this system had written it."""
    pause.resumed_by = pause.resumed_at = None
    counted = is_vouched_pause(pause)
    pause.resumed_by, pause.resumed_at = by, now
    if pause.is_of_pool:
        pause.proof = proof_of_pause(pause, lost=pause.lost if counted else [])
    pause.save(update_fields=["resumed_by", "resumed_at", "proof"])
