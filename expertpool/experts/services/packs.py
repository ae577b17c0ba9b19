"""Keeping the search packs up with the records (docs/decisions/0227)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
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
    value_of,
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
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = UnpackedExpert.objects.order_by("pk").values_list("pk", "expert_key")
    for note, expert in rows[:MOST_AT_ONCE]:
        parts[expert // SIZE].append((note, expert))
    for part, notes in sorted(parts.items()):
        _pack(part, notes)
    return sum(map(len, parts.values()))


@transaction.atomic
def _pack(part: int, notes: list[tuple[int, int]]) -> None:
    # Two at once would each put back what the other has just written.
    lock_transaction(PACKING)
    # After the notes were read: whatever they are about is committed. What is written from now on has notes
    # of its own.
    experts = {one.pk: one for one in _experts({key for _, key in notes})}
    keys = {key for _, key in notes}
    for source in SOURCES:
        pack = SearchPack.objects.filter(source=source, part=part).first()
        try:
            values = unpacked(bytes(pack.content)) if pack else None
        except DecryptionError:
            values = None
        if (
            values is None
        ):  # new, or taken away or altered: then those count, too, of whom nothing is noted
            every = range(part * SIZE, (part + 1) * SIZE)
            values = {one.pk: value_of(one, source) for one in _experts(every)}
        pack = pack or SearchPack(source=source, part=part)
        gone = keys - experts.keys()
        values = {pk: value for pk, value in values.items() if pk not in gone}
        values |= {pk: value_of(one, source) for pk, one in experts.items()}
        pack.written += 1
        pack.content = packed(values)
        pack.save()
    UnpackedExpert.objects.filter(Among("pk", [note for note, _ in notes])).delete()


def _experts(keys: Iterable[int]) -> Iterable[Expert]:
    rows = Expert.objects.filter(Among("pk", list(keys))).order_by()
    return rows.only("number", "erased_at", *set(SOURCES.values())).iterator(chunk_size=1000)
