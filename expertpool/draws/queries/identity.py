"""Who stands behind a candidate. The answer lies encrypted under the seal key, which is kept
outside the database; nothing here may be shown without `draws.services.names`."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from expertpool.core.crypto import blind_index
from expertpool.core.fields import encrypted
from expertpool.draws.models import Candidate
from vdraw import SALT_BYTES

_HEAD = struct.Struct(f">Q{SALT_BYTES}s")
# What has to be loaded of a candidate to open it.
OPENED_BY = ("draw_id", "commit", "opening")


@dataclass(frozen=True, slots=True)
class Identity:
    """The expert behind a commitment: his id, his number (``ref``) and the salt in hex."""

    expert_id: int
    ref: str
    salt: str


def pack_identity(identity: Identity) -> bytes:
    """Return what `Candidate.opening` keeps, encrypted."""
    return _HEAD.pack(identity.expert_id, bytes.fromhex(identity.salt)) + identity.ref.encode()


def close_identities(draw_id: int, identities: Iterable[tuple[str, Identity]]) -> list[bytes]:
    """Return the encrypted openings of a draw's candidates, given with their commitments."""
    return encrypted(Candidate, "opening").token_each(
        (pack_identity(one), (draw_id, commit)) for commit, one in identities
    )


def open_identity(candidate: Candidate) -> Identity:
    """Say who ``candidate`` is; raises core.crypto.DecryptionError if his opening was altered, or
    moved from another candidate or draw."""
    plain = bytes(candidate.opening)
    expert_id, salt = _HEAD.unpack_from(plain)
    return Identity(expert_id, plain[_HEAD.size :].decode(), salt.hex())


def holder_key(expert_id: int) -> bytes:
    """The blind index under which an expert is held."""
    return blind_index("holder", str(expert_id))
