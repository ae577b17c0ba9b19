"""Whether somebody deleted or erased an expert: what is erased never comes back, so the log is asked and not the row
(docs/decisions/0478, 0484)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from expertpool.audit.actions import all_names
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services.proofs import proven
from expertpool.experts.models import Expert

GONE, MERGED, BACK, ERASED = "expert.delete", "expert.merge", "expert.restore", "privacy.erase"
MOST_MOVES = 50  # of one expert that are read: of whom somebody wrote more, nothing is erased
AT_ONCE = 500


def is_deleted_by_log(expert: Expert) -> bool:
    """Tell whether ``expert`` left the pool here at the time that his record says: the last that this system wrote
    into the log about it is that he was deleted then, or merged, if he was."""
    return expert.pk in deleted_by_log([expert])


def deleted_by_log(experts: Sequence[Expert]) -> set[int]:
    """Return (ids) of whom of ``experts`` the log says so; one statement for each 500."""
    last: dict[str, Entry] = {}
    for entry in _proven(experts, (GONE, MERGED, BACK)):
        last.setdefault(entry.subject_id, entry)
    return {one.pk for one in experts if _says(last.get(str(one.pk)), one)}


def _says(last: Entry | None, expert: Expert) -> bool:
    by = GONE if expert.merged_into_id is None else MERGED
    return last is not None and last.action in all_names(by) and last.at == expert.deleted_at


def erased_by_log(experts: Sequence[Expert]) -> set[int]:
    """Return (ids) of whom of ``experts`` the log says that he was erased when his record says; one statement for each
    500."""
    times: dict[str, set[object]] = defaultdict(set)
    for entry in _proven(experts, (ERASED,)):
        times[entry.subject_id].add(entry.at)
    return {one.pk for one in experts if one.erased_at in times[str(one.pk)]}


def _proven(experts: Sequence[Expert], actions: Sequence[str]) -> Iterable[Entry]:
    """Return what this system wrote of ``experts`` under ``actions``, of each the latest first."""
    names = [name for code in actions for name in all_names(code)]
    keys = [one.pk for one in experts]
    for part in (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE)):
        yield from proven(_latest(entries_for((Expert, part, names))))


def _latest(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Return the latest of each subject."""
    place = Window(RowNumber(), partition_by=F("subject_id"), order_by=F("id").desc())
    return entries.annotate(place=place).filter(place__lte=MOST_MOVES)
