"""What counts once: a signed address, a key that was given."""

from __future__ import annotations

import hashlib
from datetime import datetime

from expertpool.core.models import StoredAnswer


def is_used_for(owner: str, key: str, said: bytes, *, now: datetime, until: datetime) -> bool:
    """Tell whether ``key`` of ``owner`` is used for ``said``: for the first time, or again for the same, as whoever got no
    answer says it again. It is kept ``until`` then, and removed with the answers of the interface."""
    known, _ = StoredAnswer.objects.get_or_create(
        owner=owner,
        key=key,
        defaults={
            "fingerprint": hashlib.sha256(said).digest(),
            "created_at": now,
            "expires_at": until,
        },
    )
    return bytes(known.fingerprint) == hashlib.sha256(said).digest()
