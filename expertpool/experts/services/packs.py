"""Keeping the search packs up with the records (docs/decisions/0227)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from expertpool.core.crypto import DecryptionError
from expertpool.core.locks import lock_transaction
from expertpool.core.lookups import Among
from expertpool.experts.models import Expert, SearchPack, UnpackedExpert
from expertpool.experts.queries.packs import COLUMNS, SIZE, packed, unpacked, value_of

MOST_AT_ONCE = 50_000  # notes of one look
PACKING = "experts.packing"


def pack_experts() -> int:
    """Put what was written of experts since the last time into their packs, pack by pack, each in a transaction of
    its own; return how many notes were worked off. Stopped anywhere, it goes on where it was."""
    done = 0
    while count := _pack_some():
        done += count
    return done


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
    for column in COLUMNS:
        pack = SearchPack.objects.filter(source=column, part=part).first()
        pack = pack or SearchPack(source=column, part=part)
        try:
            values = unpacked(bytes(pack.content))
        except DecryptionError:
            every = range(part * SIZE, (part + 1) * SIZE)
            values = {one.pk: value_of(one, column) for one in _experts(every)}
        gone = keys - experts.keys()
        values = {pk: value for pk, value in values.items() if pk not in gone}
        values |= {pk: value_of(one, column) for pk, one in experts.items()}
        pack.content = packed(values)
        pack.save()
    UnpackedExpert.objects.filter(Among("pk", [note for note, _ in notes])).delete()


def _experts(keys: Iterable[int]) -> Iterable[Expert]:
    rows = Expert.objects.filter(Among("pk", list(keys))).order_by()
    return rows.only("number", *COLUMNS).iterator(chunk_size=1000)
