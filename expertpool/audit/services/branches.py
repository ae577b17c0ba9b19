"""The chains of departments: taken into the one chain each minute, and checked in one go with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from expertpool.audit.models import GENESIS, Branch, Entry
from expertpool.audit.queries import branch_name, waiting_in_branches
from expertpool.audit.services.proofs import Proofs, content_digest
from expertpool.audit.services.recording import record
from expertpool.core.prepared import Prepared

MOST_TIMES = 200  # a commit takes in 5,000 entries (migration 0008)


def join_branches(*, now: datetime) -> bool:
    """Take what waits in the chains of departments into the chain, by an entry that says so; tell whether any waited.

    Any other commit that is linked to the chain itself does so, too.
    """
    for at in range(MOST_TIMES):
        if _waiting.first() is None:
            return at > 0
        waiting = waiting_in_branches().count()
        record("audit.join", actor=None, now=now, after={"条数": waiting})
    return True


_waiting = Prepared(lambda: waiting_in_branches().order_by().values_list("pk", flat=True)[:1])


class Branches:
    """The chains of departments as far as a check has come, followed in the order of the chain."""

    def __init__(self) -> None:
        self._ends: dict[int, tuple[int, bytes]] = {}

    def difference(self, entry: Entry) -> str:
        """Say what is wrong with the place of ``entry`` in its branch; empty when all fits or it has none."""
        if entry.branch is None or entry.branch_no is None:
            return ""
        number, previous = self._ends.get(entry.branch, (0, GENESIS))
        if entry.branch_no != number + 1:
            name = branch_name(entry.branch)
            return f"部门链“{name}”缺少第 {number + 1} 条，后面是第 {entry.branch_no} 条。"
        link = hashlib.sha256(previous + bytes(entry.digest)).digest()
        if link != bytes(entry.branch_hash or b""):
            return f"部门链“{branch_name(entry.branch)}”第 {entry.branch_no} 条的哈希不符。"
        self._ends[entry.branch] = (entry.branch_no, link)
        return ""

    def wrong_ends(self, heads: list[Branch], proofs: Proofs) -> Iterator[tuple[int | None, str]]:
        """Go on in each branch to its head, which is beyond what the chain has taken in; yield what is wrong, with the
        entry."""
        for head in heads:
            reached, _ = self._ends.get(head.department, (0, GENESIS))
            rest = Entry.objects.filter(
                branch=head.department, branch_no__gt=reached, branch_no__lte=head.number
            )
            for entry in rest.order_by("branch_no").iterator():
                reason = self.difference(entry)
                if not reason and content_digest(entry) != bytes(entry.digest):
                    reason = "内容与摘要不符，内容被改动过。"
                if not reason and not proofs.hold_for(entry):
                    reason = "这一条没有本系统的凭证，是直接写进数据库的。"
                if reason:
                    yield entry.pk, reason
                    return
            if self._ends.get(head.department, (0, GENESIS)) != (head.number, bytes(head.hash)):
                name = branch_name(head.department)
                yield None, f"部门链“{name}”的链头记为 {head.number} 条，与日志不符。"
        known = {head.department for head in heads}
        if lost := sorted(self._ends.keys() - known):
            yield None, f"部门链“{branch_name(lost[0])}”没有链头。"
