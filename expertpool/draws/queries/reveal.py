"""Whether the times at which the names of a draw open are those that this system set.

A row says when, and whoever can write the database can write the row. So the row also has a proof,
which only the holder of the seal key can make: `draws.services.reveal` writes it with each change,
and whatever opens names asks here (docs/decisions/0066).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import vdraw
from expertpool.accounts.models import User
from expertpool.core.crypto import DecryptionError
from expertpool.draws.models import Draw


def proof_of(draw: Draw, by: User | None) -> str:
    """Return what the proof of ``draw`` says as it stands, and ``by`` whom; None: by the system."""
    said = [*_facts(draw), by.username if by else None]
    return vdraw.canonical_json(said).decode()


def is_authentic(draw: Draw) -> bool:
    """Tell whether the times of ``draw`` are those that were set; if not, its names stay sealed."""
    try:
        *said, _by = json.loads(draw.reveal_proof or "[null]")
    except DecryptionError:  # altered, or moved from another draw
        return False
    return bool(said == _facts(draw))


def is_released(draw: Draw) -> bool:
    """Tell whether the names of ``draw`` were released, by this system."""
    return draw.released_at is not None and is_authentic(draw)


def _facts(draw: Draw) -> list[str | None]:
    return [draw.number, draw.seal, _text(draw.reveal_at), _text(draw.released_at)]


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
