"""That an entry was written here: a keyed proof, by a key that is not in the database.

Whoever sends statements writes rows of the log as well, in anybody's name: the digest has no key. What the
log is asked to vouch for takes `proven` entries alone (docs/decisions/0135). What speaks against
somebody is not asked for its proof: who alters an entry would get rid of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import cached_property
from typing import Any

from expertpool.audit.models import Entry, Unproven
from expertpool.core.crypto import blind_index, proof

NONCE_BYTES = 8  # no two proofs are equal, so that none can be copied: the column is unique


def content_of(entry: Entry) -> dict[str, Any]:
    """Return what the entry says, as its digest covers it."""
    return {
        # As the database gives it back, whatever zone it came in: recomputed, it reads alike.
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "address": entry.address,
        "action": entry.action,
        "subject": [entry.subject_type, entry.subject_id, entry.subject_label],
        "before": entry.before,
        "after": entry.after,
        "note": entry.note,
    }


def content_digest(entry: Entry) -> bytes:
    """Return SHA-256 of the entry's content as canonical JSON (sorted keys, UTF-8)."""
    content = content_of(entry)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def make_proof(digest: bytes) -> bytes:
    """Return the proof of a new entry with this ``digest``."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _keyed(nonce, digest)


def _keyed(nonce: bytes, digest: bytes) -> bytes:
    return blind_index("audit.entry", f"{nonce.hex()}:{digest.hex()}")


class Proofs:
    """Judges entries; those written before there were proofs need none."""

    def hold_for(self, entry: Entry, digest: bytes | None = None) -> bool:
        """Tell whether this system wrote ``entry`` as it stands; ``digest``: that of its content, from
        whoever has just computed it."""
        if entry.proof is None:
            return entry.chain_no is not None and entry.chain_no <= self._without
        given = bytes(entry.proof)
        nonce, keyed = given[:NONCE_BYTES], given[NONCE_BYTES:]
        return hmac.compare_digest(keyed, _keyed(nonce, digest or content_digest(entry)))

    @cached_property
    def _without(self) -> int:
        """Up to which place in the chain entries have none."""
        row = Unproven.objects.first()
        if row is None or bytes(row.proof or b"") != proof("audit.unproven", [row.number]):
            return 0
        return row.number


def proven(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Return those of ``entries`` that this system wrote, in their order."""
    proofs = Proofs()
    return (entry for entry in entries if proofs.hold_for(entry))
