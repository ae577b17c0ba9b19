"""Who stands behind a candidate. The answer lies encrypted under the seal key, which is kept
outside the database; nothing here may be shown without `draws.services.names`."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from expertpool.core.crypto import Vault, blind_index
from vdraw import SALT_BYTES

_vault = Vault("SEAL_KEY", "opening")
nonce_vault = Vault("SEAL_KEY", "nonce")
_HEAD = struct.Struct(f">Q{SALT_BYTES}s")


@dataclass(frozen=True, slots=True)
class Identity:
    """The expert behind a commitment: his id, his number (``ref``) and the salt in hex."""

    expert_id: int
    ref: str
    salt: str


def close_identity(identity: Identity) -> bytes:
    """Return the encrypted opening of a candidate."""
    return close_identities([identity])[0]


def close_identities(identities: Iterable[Identity]) -> list[bytes]:
    """The same for all candidates of a draw."""
    return _vault.encrypt_all(
        _HEAD.pack(one.expert_id, bytes.fromhex(one.salt)) + one.ref.encode() for one in identities
    )


def open_identity(opening: bytes | memoryview) -> Identity:
    """Decrypt an opening; raises core.crypto.DecryptionError if it was altered."""
    plain = _vault.decrypt(bytes(opening))
    expert_id, salt = _HEAD.unpack_from(plain)
    return Identity(expert_id, plain[_HEAD.size :].decode(), salt.hex())


def holder_key(expert_id: int) -> bytes:
    """The blind index under which an expert is held."""
    return blind_index("holder", str(expert_id))
