"""Keeping the search packs up with the records (docs/decisions/0227)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from expertpool.audit.services import record
from expertpool.core.crypto import DecryptionError
from expertpool.core.locks import lock_transaction
from expertpool.core.lookups import Among
from expertpool.experts.models import Expert, SearchPack, UnpackedExpert
from expertpool.experts.queries.packs import (
    SIZE,
    SOURCES,
    missing_packs,
    packed,
    shut_packs,
    unpacked,
    values_of,
)

MOST_AT_ONCE = 50_000  # notes of one look
PACKING = "experts.packing"

logger = logging.getLogger(__name__)


def pack_experts() -> int:
    """Put what was written of experts since the last time into their packs, pack by pack, each in a transaction of
    its own; return how many notes were worked off. Stopped anywhere, it goes on where it was."""
    done = 0
    while count := _pack_some():
        done += count
    return done


@transaction.atomic
def repair_packs(*, now: datetime) -> int:
    """Let the packs that somebody took away, altered or put back as they were be made anew (`pack_experts`), and log
    it; return how many. All are there each minute, and each is opened once in an hour."""
    missing = missing_packs() | shut_packs(now.minute)
    if missing:
        parts = {part for _, part in missing}
        logger.error("%s search packs are gone or altered: they are made anew", len(missing))
        UnpackedExpert.objects.bulk_create(
            UnpackedExpert(expert_key=part * SIZE) for part in sorted(parts)
        )
        record("expert.packs", actor=None, now=now, after={"检索包": len(missing)})
    return len(missing)


def _pack_some() -> int:
    parts: dict[int, list[int]] = defaultdict(list)
    rows = UnpackedExpert.objects.order_by("pk").values_list("pk", "expert_key")
    for note, expert in rows[:MOST_AT_ONCE]:
        parts[expert // SIZE].append(note)
    for part, notes in sorted(parts.items()):
        _pack(part, notes)
    return sum(map(len, parts.values()))


@transaction.atomic
def _pack(part: int, notes: list[int]) -> None:
    # Two at once would each put back what the other has just written.
    lock_transaction(PACKING)
    # Whatever they are about is committed. What is written from now on has notes of its own.
    waiting = UnpackedExpert.objects.filter(Among("pk", notes))
    keys = set(waiting.values_list("expert_key", flat=True))
    if not keys:  # somebody else was here meanwhile
        return
    fresh = _read(keys, SOURCES)
    packs = {one.source: one for one in SearchPack.objects.filter(part=part)}
    held = {source: _held(packs.get(source)) for source in SOURCES}
    # New, or taken away or altered: then those count, too, of whom nothing is noted.
    if anew := [source for source, values in held.items() if values is None]:
        held |= _read(range(part * SIZE, (part + 1) * SIZE), anew)
    for source in SOURCES:
        kept = {pk: value for pk, value in (held[source] or {}).items() if pk not in keys}
        pack = packs.get(source) or SearchPack(source=source, part=part)
        pack.written += 1
        pack.content = packed(kept | fresh[source])
        pack.save()
    waiting.delete()


def _held(pack: SearchPack | None) -> dict[int, bytes] | None:
    """Return what ``pack`` says; None where there is none that opens."""
    try:
        return unpacked(bytes(pack.content)) if pack else None
    except DecryptionError:
        return None


def _read(keys: Iterable[int], sources: Collection[str]) -> dict[str, dict[int, bytes]]:
    """Return what the rows of ``keys`` say, by source and id."""
    said: dict[str, dict[int, bytes]] = {source: {} for source in sources}
    for found in values_of(Expert.objects.filter(Among("pk", list(keys))), sources):
        for source, values in found.items():
            said[source] |= values
    return said
