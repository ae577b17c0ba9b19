"""Checking that nobody changed the log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Subquery

from expertpool.audit.models import GENESIS, Anchor, Branch, ChainHead, Entry
from expertpool.audit.services.anchors import Anchors
from expertpool.audit.services.branches import Branches
from expertpool.audit.services.proofs import Proofs, content_digest

CHUNK = 2000


@dataclass(frozen=True)
class ChainBreak:
    """The first place where the log differs from what was written."""

    number: int  # place in the chain, from 1; 0 when the entry has none
    entry_id: int | None
    reason: str

    def __str__(self) -> str:
        return f"第 {self.number} 条，{self.reason}" if self.number else self.reason


def verify_chain(expected: Mapping[int, str] | None = None) -> ChainBreak | None:
    """Recompute every digest and every link, streaming, and compare them with the anchors; return
    the first difference or None.

    ``expected`` are heads that somebody kept: the hash (hex) of the chain by its length then.
    Entries committed while it runs are left out; each of them is linked to what was checked.
    """
    linked = Entry.objects.filter(chain_no__isnull=False).order_by("-chain_no")
    loose = Entry.objects.filter(chain_no__isnull=True, branch_no__isnull=True).order_by("id")
    anchored = Anchor.objects.order_by("-number")
    # One statement, hence one state of the database.
    state = (
        ChainHead.objects.annotate(
            last=Subquery(linked.values("chain_no")[:1]),
            loose=Subquery(loose.values("id")[:1]),
            anchored=Subquery(anchored.values("number")[:1]),
        )
        .values_list("number", "hash", "last", "loose", "anchored")
        .first()
    )
    # After the chain's: what is in that is before these.
    heads = list(Branch.objects.order_by("department"))
    # The first link makes the row, so whatever stands in the chain without it was never linked.
    if state is None:
        entry = Entry.objects.exclude(chain_no=None, branch_no__isnull=False).order_by("id").first()
        if entry:
            return ChainBreak(1, entry.pk, "有日志，但没有链头。")
        confirmed = anchored.values_list("number", flat=True).first()
        if cut := _unmet(0, expected or {}) or _cut(0, confirmed):
            return cut
        state = (0, GENESIS, None, None, None)
    number, head, last, loose_id, last_anchor = state
    anchors = Anchors(last_anchor or 0, chunk=CHUNK)
    found = _first_break(number, bytes(head), anchors, expected or {}, heads)
    # After the walk: what is before the gap may have been altered, and is found first.
    if found is None and last and last > number:
        return ChainBreak(number + 1, None, f"链头记为 {number} 条，实有 {last} 条。")
    if found is None and loose_id:
        return ChainBreak(0, loose_id, "这条日志没有进入链条。")
    return found


def _first_break(
    length: int, head: bytes, anchors: Anchors, expected: Mapping[int, str], heads: list[Branch]
) -> ChainBreak | None:
    """Walk the chain up to ``length``, whose last hash has to be ``head``, then each branch to its own of ``heads``."""
    number, previous, proofs, branches = 0, GENESIS, Proofs(), Branches()
    forged: ChainBreak | None = None
    entries = Entry.objects.filter(chain_no__lte=length).order_by("chain_no")
    for entry in entries.iterator(CHUNK):
        number += 1
        reason = _difference(entry, number, previous)
        previous = bytes(entry.hash or b"")
        reason = reason or anchors.difference(number, previous.hex())
        reason = reason or branches.difference(entry)
        if not reason and expected.get(number, previous.hex()) != previous.hex():
            reason = "与您留存的链头不符，这一条或之前的日志被改写过。"
        if reason:
            return ChainBreak(number, entry.pk, reason)
        # What it says fits its digest, or there were a difference.
        if forged is None and not proofs.hold_for(entry, bytes(entry.digest)):
            forged = ChainBreak(number, entry.pk, "这一条没有本系统的凭证，是直接写进数据库的。")
    if number < length:
        return ChainBreak(number + 1, None, f"链头记为 {length} 条，实有 {number} 条。")
    if previous != head:
        return ChainBreak(number, None, "最后一条的链哈希与链头不符。")
    for entry_id, reason in branches.wrong_ends(heads, proofs):
        return ChainBreak(0, entry_id, reason)
    # Last, since it stays there for good: what else is wrong would never be told.
    return _unmet(length, expected) or _cut(length, anchors.beyond) or forged


def _unmet(length: int, expected: Mapping[int, str]) -> ChainBreak | None:
    kept = max(expected, default=0)
    if kept <= length:
        return None
    return ChainBreak(
        length + 1, None, f"您留存的链头有 {kept} 条，日志只有 {length} 条，末尾被删除。"
    )


def _cut(length: int, anchor: int | None) -> ChainBreak | None:
    if not anchor:
        return None
    return ChainBreak(length + 1, None, f"锚点记有 {anchor} 条，日志只有 {length} 条，末尾被删除。")


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
