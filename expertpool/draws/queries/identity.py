"""Who stands behind a commitment. The answer lies encrypted under the seal key, which is kept
outside the database; nothing here may be shown without `draws.services.names`."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import vdraw
from expertpool.core.crypto import DecryptionError, blind_index
from expertpool.draws.models import Draw, Invitation
from expertpool.experts.models import Expert

_REF_BYTES = 1 + 20  # the longest of `Expert.number`, and the end of its line
_HEAD = struct.Struct(f">Q{vdraw.SALT_BYTES}s")


@dataclass(frozen=True, slots=True)
class Identity:
    """The expert behind a commitment: his id, his number (``ref``) and the salt in hex."""

    expert_id: int
    ref: str
    salt: str


def pack_identity(identity: Identity) -> bytes:
    """Return what `Invitation.opening` keeps, encrypted: as long for everybody."""
    head = _HEAD.pack(identity.expert_id, bytes.fromhex(identity.salt))
    return head + pack_refs([identity.ref])


def open_identity(line: Invitation) -> Identity:
    """Say who sits, or sat, on ``line``; raises core.crypto.DecryptionError if his opening was
    altered, moved from another line, or is not that of his commitment."""
    plain = bytes(line.opening)
    try:
        expert_id, salt = _HEAD.unpack_from(plain)
        (ref,) = unpack_refs(plain[_HEAD.size :])
        identity = Identity(expert_id, ref, salt.hex())
    except (struct.error, ValueError) as error:
        raise altered(line.draw) from error
    check_commitments(line.draw, [line.commit], [identity.ref], [identity.salt])
    return identity


def pack_refs(refs: Sequence[str]) -> bytes:
    """Return numbers of experts as bytes, by how many they are as long whichever they are."""
    return "\n".join(refs).encode().ljust(len(refs) * _REF_BYTES, b"\n")


def unpack_refs(packed: bytes) -> list[str]:
    """The other way; raises UnicodeDecodeError. Those that were sealed before all were as long have
    no end of lines to take off."""
    return packed.decode().rstrip("\n").split("\n")


def check_commitments(
    draw: Draw, commits: Sequence[str], refs: Sequence[str], salts: Sequence[str]
) -> None:
    """Refuse (core.crypto.DecryptionError) openings that are not those of ``commits``."""
    found = vdraw.commit_identities(
        draw_id=draw.number, refs=refs, salts=salts, hash_name=draw.rule.hash_name
    )
    if found != list(commits):
        raise altered(draw)


def altered(draw: Draw) -> DecryptionError:
    """The refusal of openings that do not say who stands behind the commitments of ``draw``."""
    message = f"抽取 {draw.number}：身份与封存时的承诺不符，数据被改动过，不能打开。"
    return DecryptionError(message)


def known_as(expert: Expert) -> dict[str, str]:
    """Return what `Invitation.released_as` keeps of ``expert``, whose employer should be loaded."""
    return {"name": expert.name, "employer": expert.employer.name if expert.employer else ""}


def holder_key(expert_id: int) -> bytes:
    """The blind index under which an expert is held."""
    return blind_index("holder", str(expert_id))
