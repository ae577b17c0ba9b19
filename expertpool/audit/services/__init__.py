"""Writing to the log. There is no other door, and no way to change what is written."""

from expertpool.audit.models import MOST_NOTE
from expertpool.audit.services.addresses import acting_address, acting_from
from expertpool.audit.services.anchors import confirmed_at
from expertpool.audit.services.branches import join_branches
from expertpool.audit.services.editing import Edits
from expertpool.audit.services.ends import is_ended_by_log, stands_by_log
from expertpool.audit.services.kept import forget_head, is_rewritten, keep_head
from expertpool.audit.services.proofs import content_of, proven
from expertpool.audit.services.recording import record, record_change, record_many
from expertpool.audit.services.refusals import Telling, few_refusals, told_left
from expertpool.audit.services.snapshots import as_json, changed, in_words, snapshot
from expertpool.audit.services.versions import save_version

__all__ = [
    "MOST_NOTE", "Edits", "Telling", "acting_address", "acting_from",
    "as_json", "changed", "confirmed_at", "content_of", "few_refusals", "forget_head",
    "in_words", "is_ended_by_log", "is_rewritten", "join_branches", "keep_head", "proven", "record", "record_change",
    "record_many", "save_version", "snapshot", "stands_by_log", "told_left",
]  # fmt: skip
