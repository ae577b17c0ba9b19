"""Whether somebody deleted an expert: what is erased never comes back, so the log is asked and not the row
(docs/decisions/0478)."""

from __future__ import annotations

from expertpool.audit.actions import all_names
from expertpool.audit.queries import entries_for
from expertpool.audit.services.proofs import proven
from expertpool.experts.models import Expert

GONE, MERGED, BACK = "expert.delete", "expert.merge", "expert.restore"


def is_deleted_by_log(expert: Expert) -> bool:
    """Tell whether ``expert`` left the pool here at the time that his record says: the last that this system wrote
    into the log about it is that he was deleted then, or merged, if he was."""
    moves = [name for code in (GONE, MERGED, BACK) for name in all_names(code)]
    entries = entries_for(expert).filter(action__in=moves).order_by("-id")
    last = next(proven(entries.iterator(chunk_size=20)), None)
    by = GONE if expert.merged_into_id is None else MERGED
    return last is not None and last.action in all_names(by) and last.at == expert.deleted_at
