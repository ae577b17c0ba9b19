"""Whether the times at which the names of a draw open are those that this system set.

A row says when, and whoever can write the database can write the row. So the row also has a proof,
which only the holder of the seal key can make: `draws.services.reveal` writes it with each change,
and whatever opens names asks here (docs/decisions/0066). It says how often the panel was moved, too:
the database lets that number only grow, and the log has each move, so that an old proof is old
(docs/decisions/0134).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.crypto import DecryptionError
from expertpool.draws.models import Draw

# Where in the proof, behind the facts and on whose behalf. One that was never moved may not say it.
PROVEN_OPENING, PROVEN_MOVES = 5, 6
MOVED = "draw.reschedule"  # what the log says of each move


def proof_of(draw: Draw, by: User | None, opening: datetime | None) -> str:
    """Return what the proof of ``draw`` says as it stands, ``by`` whom (None: by the system), and
    when it opens, by which roles with hours of their own read."""
    said = [*_facts(draw), by.username if by else None, _text(opening), draw.moves]
    return vdraw.canonical_json(said).decode()


def is_authentic(draw: Draw) -> bool:
    """Tell whether the times of ``draw`` are those that were set; if not, its names stay sealed."""
    facts, said = _facts(draw), _said(draw)
    moves = said[PROVEN_MOVES] if len(said) > PROVEN_MOVES else 0
    return said[: len(facts)] == facts and moves == draw.moves


def is_latest(draw: Draw) -> bool:
    """Tell, for whoever opens names by them, whether the times of ``draw`` are those that were set
    last: `is_authentic`, and as the log has it."""
    return is_authentic(draw) and draw.moves >= logged_moves([draw.pk])[draw.pk]


def logged_moves(draw_ids: Iterable[int]) -> Counter[int]:
    """Return how often each draw was moved, by the log."""
    ids = [str(pk) for pk in draw_ids]
    rows = Entry.objects.filter(
        action=MOVED, subject_type=Draw._meta.label_lower, subject_id__in=ids
    )
    return Counter(int(pk) for pk in rows.values_list("subject_id", flat=True))


def proven_opening(draw: Draw) -> datetime | None:
    """Return when ``draw`` opens as this system set it, whatever its projects say; None where the
    proof does not say it: it was made before proofs did, or is none."""
    said = _said(draw)
    opening = said[PROVEN_OPENING] if len(said) > PROVEN_OPENING else None
    return datetime.fromisoformat(str(opening)) if opening and is_authentic(draw) else None


def is_released(draw: Draw) -> bool:
    """Tell whether the names of ``draw`` were released, by this system."""
    return draw.released_at is not None and is_authentic(draw)


def _said(draw: Draw) -> list[str | int | None]:
    try:
        said: list[str | int | None] = json.loads(draw.reveal_proof or "[]")
    except DecryptionError:  # altered, or moved from another draw
        return []
    return said


def _facts(draw: Draw) -> list[str | int | None]:
    return [draw.number, draw.seal, _text(draw.reveal_at), _text(draw.released_at)]


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
