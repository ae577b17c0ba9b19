"""Checking that nobody changed the log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db.models import Subquery

from expertpool.audit.models import GENESIS, ChainHead, Entry
from expertpool.audit.services.recording import content_digest

CHUNK = 2000


@dataclass(frozen=True)
class ChainBreak:
    """The first place where the log differs from what was written."""

    number: int  # place in the chain, from 1; 0 when the entry has none
    entry_id: int | None
    reason: str


def verify_chain() -> ChainBreak | None:
    """Recompute every digest and every link, streaming; return the first difference or None.

    Entries committed while it runs are left out; each of them is linked to what was checked.
    """
    linked = Entry.objects.filter(chain_no__isnull=False).order_by("-chain_no")
    loose = Entry.objects.filter(chain_no__isnull=True).order_by("id")
    # One statement, hence one state of the database.
    state = (
        ChainHead.objects.annotate(
            last=Subquery(linked.values("chain_no")[:1]),
            loose=Subquery(loose.values("id")[:1]),
        )
        .values_list("number", "hash", "last", "loose")
        .first()
    )
    # The first link makes the row, so whatever stands without it was never linked.
    if state is None:
        entry = Entry.objects.order_by("id").first()
        return ChainBreak(1, entry.pk, "有日志，但没有链头。") if entry else None
    number, head, last, loose_id = state
    found = _first_break(number, bytes(head))
    # After the walk: what is before the gap may have been altered, and is found first.
    if found is None and last and last > number:
        return ChainBreak(number + 1, None, f"链头记为 {number} 条，实有 {last} 条。")
    if found is None and loose_id:
        return ChainBreak(0, loose_id, "这条日志没有进入链条。")
    return found


def _first_break(length: int, head: bytes) -> ChainBreak | None:
    """Walk the chain up to ``length``; its last hash has to be ``head``."""
    number, previous = 0, GENESIS
    entries = Entry.objects.filter(chain_no__lte=length).order_by("chain_no")
    for entry in entries.iterator(CHUNK):
        number += 1
        reason = _difference(entry, number, previous)
        if reason:
            return ChainBreak(number, entry.pk, reason)
        previous = bytes(entry.hash or b"")
    if number < length:
        return ChainBreak(number + 1, None, f"链头记为 {length} 条，实有 {number} 条。")
    if previous != head:
        return ChainBreak(number, None, "最后一条的链哈希与链头不符。")
    return None


def _difference(entry: Entry, number: int, previous: bytes) -> str:
    """Say what is wrong with ``entry`` at place ``number``; empty when all fits."""
    # Place, content, links, in this order: each says more about what was done than the next.
    if entry.chain_no != number:
        return f"缺少第 {number} 条，后面是第 {entry.chain_no} 条。"
    if content_digest(entry) != bytes(entry.digest):
        return "内容与摘要不符，内容被改动过。"
    if bytes(entry.previous_hash or b"") != previous:
        return "前一哈希与上一条不符。"
    if hashlib.sha256(previous + bytes(entry.digest)).digest() != bytes(entry.hash or b""):
        return "链哈希不符。"
    return ""
