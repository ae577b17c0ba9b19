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

_HEAD = struct.Struct(f">Q{vdraw.SALT_BYTES}s")


@dataclass(frozen=True, slots=True)
class Identity:
    """The expert behind a commitment: his id, his number (``ref``) and the salt in hex."""

    expert_id: int
    ref: str
    salt: str


def pack_identity(identity: Identity) -> bytes:
    """Return what `Invitation.opening` keeps, encrypted."""
    return _HEAD.pack(identity.expert_id, bytes.fromhex(identity.salt)) + identity.ref.encode()


def open_identity(line: Invitation) -> Identity:
    """Say who sits, or sat, on ``line``; raises core.crypto.DecryptionError if his opening was
    altered, moved from another line, or is not that of his commitment."""
    plain = bytes(line.opening)
    try:
        expert_id, salt = _HEAD.unpack_from(plain)
        identity = Identity(expert_id, plain[_HEAD.size :].decode(), salt.hex())
    except (struct.error, UnicodeDecodeError) as error:
        raise altered(line.draw) from error
    check_commitments(line.draw, [line.commit], [identity.ref], [identity.salt])
    return identity


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
