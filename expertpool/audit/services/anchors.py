"""Confirming the chain with a key that is not in the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Q

from expertpool.audit.events import UnprovenFound
from expertpool.audit.models import Anchor, ChainHead, Entry
from expertpool.audit.services.branches import join_branches
from expertpool.audit.services.kept import keep_head
from expertpool.audit.services.proofs import Proofs, proven
from expertpool.audit.services.recording import record
from expertpool.core.crypto import DecryptionError
from expertpool.core.events import publish

PROOF = "锚点"  # what is encrypted says nothing; that it opens beside its columns does

MOST_TOLD = 10  # places that are told at once
MOST_ASKED = 20  # anchors whose entries are looked at for one that this system wrote
CHUNK = 2000

logger = logging.getLogger(__name__)


def anchor(*, now: datetime) -> Anchor | None:
    """Confirm the chain as it is now, with what waited in branches; None where nothing was added since the last time.

    A chain that has become shorter than it was confirmed, or is not what this machine has seen of it (`kept`), is
    not confirmed anew. Entries and anchors added
    since that this system did not write are logged, and announced (UnprovenFound).
    """
    if keep_head(now=now):
        return None
    join_branches(now=now)
    head, last = ChainHead.objects.first(), _last_proven()
    previous = last.number if last else 0
    foreign = _foreign(previous)
    if head is None or (head.number <= previous and not foreign):
        if previous > (head.number if head else 0):
            logger.error("the log was confirmed with %s entries, and has fewer now", previous)
        return None
    # Both without the lock, for which every commit would wait.
    if forged := sorted({*foreign, *_forged(previous, head.number)}):
        _tell(forged, now)
    with transaction.atomic():
        # What was just told stands beyond every foreign one.
        head = ChainHead.objects.select_for_update().first()
        if head is None or _last_proven() != last:  # another was first
            return None
        link = bytes(head.hash).hex()
        return Anchor.objects.create(
            number=head.number, hash=link, previous=previous, at=now, proof=PROOF
        )


def confirmed_at() -> datetime | None:
    """Return when the last entry was made that this system wrote and has confirmed: from then on nothing says
    that its worker, who confirms each minute, was at work; None: nothing was confirmed."""
    rows = list(islice(_proven_backwards(), MOST_ASKED))
    entries = Entry.objects.filter(chain_no__in=[row.number for row in rows])
    last = next(proven(entries.order_by("-chain_no")), None)
    return last.at if last else None


def _proven_backwards() -> Iterator[Anchor]:
    rows, below = Anchor.objects.order_by("-number"), Q()
    while some := list(rows.filter(below)[:MOST_ASKED]):
        yield from filter(is_proven, some)
        below = Q(number__lt=some[-1].number)


def _last_proven() -> Anchor | None:
    return next(_proven_backwards(), None)


def _foreign(after: int) -> list[int]:
    """The places of the anchors behind a part of the chain that this system did not make."""
    rows = Anchor.objects.filter(number__gt=after)
    return [row.number for row in rows if not is_proven(row)]


def _forged(after: int, last: int) -> list[int]:
    """The places of the entries in a part of the chain that this system did not write."""
    proofs = Proofs()
    entries = Entry.objects.filter(chain_no__gt=after, chain_no__lte=last).order_by("chain_no")
    return [entry.chain_no or 0 for entry in entries.iterator(CHUNK) if not proofs.hold_for(entry)]


@transaction.atomic
def _tell(forged: list[int], now: datetime) -> None:
    found = UnprovenFound(len(forged), tuple(forged[:MOST_TOLD]), now)
    logger.error("%s entries of the log were not written here, from %s", len(forged), forged[0])
    after = {"条数": found.count, "链上序号": list(found.first)}
    record("audit.unproven", actor=None, now=now, after=after)
    publish(found)


class Anchors:
    """The anchors up to the last one that a check has to know, compared in the order of the chain."""

    def __init__(self, last: int, *, chunk: int) -> None:
        rows = Anchor.objects.filter(number__lte=last).order_by("number")
        self._rows: Iterator[Anchor] = rows.iterator(chunk)
        self._previous, self._next = 0, next(self._rows, None)

    def difference(self, number: int, link: str) -> str:
        """Say what is wrong with the anchor at ``number``, where ``link`` is the hash (hex) of the
        chain; empty when all fits or there is none."""
        row = self._next
        if row is None or row.number > number:
            return ""
        reason = self._wrong(row, link)
        self._previous, self._next = row.number, next(self._rows, None)
        return reason

    @property
    def beyond(self) -> int | None:
        """The next one, which the chain did not reach."""
        return self._next.number if self._next else None

    def _wrong(self, row: Anchor, link: str) -> str:
        if not is_proven(row):
            return "锚点的凭证不符，锚点不是本系统所写。"
        if row.previous != self._previous:
            return f"第 {row.previous} 条处的锚点被删除。"
        return "" if row.hash == link else "与锚点不符，这一条或之前的日志被改写过。"


def is_proven(row: Anchor) -> bool:
    """Tell whether this system has made the anchor."""
    try:
        return bool(row.proof == PROOF)
    except DecryptionError:
        return False
