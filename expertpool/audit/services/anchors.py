"""Confirming the chain with a key that is not in the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from expertpool.audit.models import Anchor, ChainHead
from expertpool.core.crypto import DecryptionError

PROOF = "锚点"  # what is encrypted says nothing; that it opens beside its columns does

logger = logging.getLogger(__name__)


@transaction.atomic
def anchor(*, now: datetime) -> Anchor | None:
    """Confirm the chain as it is now; None where nothing was added since the last time.

    A chain that has become shorter than it was confirmed is not confirmed anew.
    """
    # Its lock orders this after every commit that is under way, and two of these.
    head = ChainHead.objects.select_for_update().first()
    last = Anchor.objects.order_by("-number").first()
    previous = last.number if last else 0
    if head is None or head.number <= previous:
        if previous > (head.number if head else 0):
            logger.error("the log was confirmed with %s entries, and has fewer now", previous)
        return None
    return Anchor.objects.create(
        number=head.number, hash=bytes(head.hash).hex(), previous=previous, at=now, proof=PROOF
    )


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
        if not _is_proven(row):
            return "锚点的凭证不符，锚点不是本系统所写。"
        if row.previous != self._previous:
            return f"第 {row.previous} 条处的锚点被删除。"
        return "" if row.hash == link else "与锚点不符，这一条或之前的日志被改写过。"


def _is_proven(row: Anchor) -> bool:
    try:
        return bool(row.proof == PROOF)
    except DecryptionError:
        return False
