"""Who stands behind a commitment. The answer lies encrypted under the seal key, which is kept
outside the database; nothing here may be shown without `draws.services.names`."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

import vdraw
from expertpool.core.crypto import DecryptionError, blind_index
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.meetings import HOUR
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
    identity = _unpack(line.draw, bytes(line.opening))
    check_commitments(line.draw, [line.commit], [identity.ref], [identity.salt])
    return identity


def _unpack(draw: Draw, plain: bytes) -> Identity:
    try:
        expert_id, salt = _HEAD.unpack_from(plain)
        (ref,) = unpack_refs(plain[_HEAD.size :])
    except (struct.error, ValueError) as error:
        raise altered(draw) from error
    return Identity(expert_id, ref, salt.hex())


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


def experts_behind(lines: QuerySet[Invitation]) -> dict[int, int]:
    """Return expert ids by the ids of ``lines``, opened many at once; raises as `open_identity`."""
    by_draw: dict[int, list[Invitation]] = {}
    for line in lines.order_by().only("draw_id", "commit", "opening"):
        by_draw.setdefault(line.draw_id, []).append(line)
    # Not the whole rule, which is read and checked at length.
    draws = Draw.objects.only("number").annotate(hash_name=F("rule_content__hash"))
    found: dict[int, int] = {}
    for draw in draws.filter(pk__in=by_draw).order_by():
        rows = by_draw[draw.pk]
        people = [_unpack(draw, bytes(row.opening)) for row in rows]
        commits = vdraw.commit_identities(
            draw_id=draw.number,
            refs=[one.ref for one in people],
            salts=[one.salt for one in people],
            hash_name=draw.hash_name or "sha256",
        )
        if commits != [row.commit for row in rows]:
            raise altered(draw)
        found |= {row.pk: one.expert_id for row, one in zip(rows, people, strict=True)}
    return found


def seat_key(draw_number: str, expert_id: int) -> bytes:
    """The blind index by which an expert's seat in one draw is found."""
    return blind_index("seat", f"{draw_number}:{expert_id}")


def holder_key(expert_id: int, at: datetime) -> bytes:
    """The blind index under which an expert is held in the clock hour of ``at``."""
    return blind_index("holder", f"{expert_id}:{int(at.timestamp()) // HOUR}")
